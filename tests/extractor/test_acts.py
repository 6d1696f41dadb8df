"""Sentences of our own, and what must be read in each. A line per act: giver > taker stage certainty."""

import pytest

from services.core.act import ArmsTransfer, Sanction
from tests.extractor.reading import read, told

TRANSFERS = [
    # verbs of giving, active and passive, in headlines and sentences
    ("Portugal agrees to sell 24 howitzers to Iceland", ["PT > IS agreed asserted"]),
    ("Portugal ships first howitzers to Iceland", ["PT > IS delivered asserted"]),
    ("Chile will supply Malta with armoured vehicles.", ["CL > MT agreed asserted"]),
    ("Norway has given Estonia six mortars.", ["NO > EE delivered asserted"]),
    ("Twelve rocket launchers were delivered to Bhutan by Mongolia on Friday.", ["MN > BT delivered asserted"]),
    ("Brazil may send tanks to Peru", ["BR > PE considered asserted"]),
    ("New Zealand considers selling military drones to Fiji", ["NZ > FJ considered asserted"]),
    ("Kenya refuses to sell ammunition to Sudan", ["KE > SD halted asserted"]),
    ("Croatia, which has few of its own, sent missiles to Latvia.", ["HR > LV delivered asserted"]),
    ("Spain and Italy will send frigates to Greece.", ["ES > GR agreed asserted", "IT > GR agreed asserted"]),
    # the other way round
    ("Iceland asks Portugal to sell it howitzers", ["PT > IS sought asserted"]),
    ("Iceland buys howitzers from Portugal", ["PT > IS agreed asserted"]),
    ("Qatar received fighter jets from France last year.", ["FR > QA delivered asserted"]),
    ("Ghana asks Belgium for armoured vehicles", ["BE > GH sought asserted"]),
    # nouns
    ("Uruguay suspends sale of missiles to Malta", ["UY > MT halted asserted"]),
    ("US approves arms sale to Taiwan", ["US > TW agreed asserted"]),
    ("Iran's supply of drones to Russia grows, officials fear.", ["IR > RU delivered alleged"]),
    ("Portugal suspends exports of armoured vehicles to Chile", ["PT > CL halted asserted"]),
    ("UK to resume Saudi arms sales", ["GB > SA agreed asserted"]),
    ("US-supplied missiles reached Ukraine in May, and Ukraine thanked Washington for military aid to Kyiv.", ["US > UA delivered asserted"]),
    # who says so
    ("Portugal denies shipping howitzers to Iceland", ["PT > IS delivered denied"]),
    ("Mongolia reportedly supplied rocket launchers to Bhutan", ["MN > BT delivered alleged"]),
    ("Kenya accuses Uganda of sending weapons to Burundi", ["UG > BI delivered alleged"]),
    ("Zambia says Angola sent rifles and weapons to Malawi", ["AO > MW delivered alleged"]),
    ("Angola said it had sent weapons to Malawi.", ["AO > MW delivered asserted"]),
    # pronouns, decisions, names in between
    ("Prime Minister Giorgia Meloni said she would send missiles to Poland.", ["IT > PL agreed asserted"]),
    ("Sweden defended its decision to give Finland torpedoes.", ["SE > FI agreed asserted"]),
    ("The US agreed to send up to 31 Abrams to Ukraine.", ["US > UA agreed asserted"]),
]  # fmt: skip

SANCTIONS = [
    ("Norway imposes sanctions on Paraguay", ["NO > PY imposed asserted"]),
    ("Oslo sanctions Paraguayan officials", ["NO > PY imposed asserted"]),
    ("Paraguayan firms were sanctioned by Norway on Monday.", ["NO > PY imposed asserted"]),
    ("Norway threatens Paraguay with sanctions", ["NO > PY threatened asserted"]),
    ("Norway is planning to impose sanctions on Paraguay.", ["NO > PY threatened asserted"]),
    ("Norway eases sanctions on Paraguay", ["NO > PY eased asserted"]),
    ("Jamaica urges EU to impose an arms embargo on Madagascar", ["EU > MG called_for asserted"]),
    ("EU rules out arms embargo on Madagascar", ["EU > MG refused asserted"]),
    ("Hungary blocks EU sanctions on Serbia", ["EU > RS refused asserted"]),
    ("Canada imposes sanctions on Suriname's minister of ports", ["CA > SR imposed asserted"]),
    ("Paraguay evaded Norwegian sanctions through shell firms, investigators say", ["NO > PY violated alleged"]),
    ("EU extends sanctions against Belarus", ["EU > BY in_force asserted"]),
    ("US sanctions on Cuba hurt hospitals", ["US > CU in_force asserted"]),
    ("Canada freezes the assets of Belarusian banks", ["CA > BY imposed asserted"]),
    ("UAE cuts economic ties with Iran", ["AE > IR imposed asserted"]),
    ("The US and Britain announced new sanctions against Myanmar.", ["US > MM imposed asserted", "GB > MM imposed asserted"]),
    ("Washington designates the Harbour Gang as a foreign terrorist organisation", ["US > Harbour Gang imposed asserted"]),
    ("Canada agrees to sanction Venezuelan judges", ["CA > VE imposed asserted"]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "acts"), TRANSFERS)
def test_a_transfer_is_read(sentence: str, acts: list[str]) -> None:
    assert [told(act) for act in read(sentence).acts if isinstance(act, ArmsTransfer)] == acts


@pytest.mark.parametrize(("sentence", "acts"), SANCTIONS)
def test_a_sanction_is_read(sentence: str, acts: list[str]) -> None:
    assert [told(act) for act in read(sentence).acts if isinstance(act, Sanction)] == acts


SOURCES = [
    ("Chile will sell tanks to Peru, the defence ministry said.", "defence ministry"),
    ("According to two officials, Chile sold tanks to Peru.", "two officials"),
    ("President Emmanuel Macron said France would send tanks to Poland.", "President Emmanuel Macron"),
    ("Lima: Chile sold tanks to Peru", "Lima"),
    ("Chile sold tanks to Peru.", None),
]


@pytest.mark.parametrize(("sentence", "name"), SOURCES)
def test_who_says_so_is_named(sentence: str, name: str | None) -> None:
    (act,) = read(sentence).acts
    assert (act.attribution.name if act.attribution else None) == name


def test_items_are_the_arms_that_pass() -> None:
    (act,) = read("Chile sold tanks, artillery shells and F-16s to Peru.").acts
    assert isinstance(act, ArmsTransfer)
    assert [item.name for item in act.items] == ["tanks", "artillery shells", "F-16"]


def test_the_same_act_told_twice_is_one_with_all_its_evidence() -> None:
    tagged = read("Chile sold tanks to Peru", "Chile has sold 20 tanks to Peru, officials in Santiago said.")
    (act,) = tagged.acts
    assert [span.quote for span in act.evidence] == [tagged.article.title, tagged.article.summary]


def test_a_role_is_carried_from_the_lead_to_the_title_and_back() -> None:
    tagged = read("Norway announces new sanctions", "The sanctions on Paraguay begin on Monday.")
    assert [told(act) for act in tagged.acts] == ["NO > PY imposed asserted"]


def test_an_act_never_spans_title_and_summary() -> None:
    tagged = read("Chile will supply", "missiles to Peru are made elsewhere")
    title_end = len(tagged.article.title)
    assert all(span.end <= title_end or span.start > title_end for act in tagged.acts for span in act.evidence)


FRIENDS = [
    ("Sprinter faces four-year sanction after doping test", "The athletics federation said the sanction would run for four years. The runner, from Kenya, denies it."),
    ("Chip makers locked in an arms race for ever smaller transistors", "Firms in Taiwan and South Korea pour billions into an arms race that only one can win."),
    ("Sheriff sees gun crime fall for second year", "Deputies seized 41 illegal guns and a shotgun sold from the boot of a car."),
    ("Film festival gives a shot in the arm to village hotels", "Bookings doubled."),
    ("Judge warns law firm of sanctions for late filing", "The court may sanction the firm, which missed three deadlines."),
    ("School board sanctioned new gym, minutes show", "The board sanctioned the building in March."),
    ("Court sanctions opposition lawyer for contempt", "The judge imposed a sanction of two thousand rand on the lawyer."),
    ("Federation lifts sanctions on cyclist after appeal", "The panel lifted the doping sanction on the Italian rider."),
    ("Robot arms sold to bakeries in Japan", "The maker of the arms, from Denmark, has delivered 300 of them."),
    ("Shooter game sells three million copies in a week", "Players buy missiles from a Russian arms dealer and deliver them to rebels on the moon."),
    ("Striker on target with rocket from thirty metres", "The missile of a shot left the Danish goalkeeper no chance."),
    ("Browser makers arm users against trackers", "The new weapons in the war on cookies come from Norway and cost nothing."),
    ("League sanctions club for crowd trouble", "The league fined the club and ordered it to play two home matches in an empty stadium."),
    ("Council tests drone deliveries to the islands", "Parcels from Denmark reach Greenland in an hour."),
]  # fmt: skip


@pytest.mark.parametrize(("title", "summary"), FRIENDS)
def test_a_false_friend_is_neither_act_nor_topic(title: str, summary: str) -> None:
    tagged = read(title, summary)
    about = {topic.id for topic in tagged.topics if topic.about}
    assert (tagged.acts, about & {"arms_transfer", "sanctions"}) == ((), set())


MEASURES = [
    ("US imposes sanctions on Russian firm suspected of arms smuggling", "US > RU imposed asserted"),
    ("The US imposed sanctions on Iran on Monday, accusing it of supplying drones.", "US > IR imposed asserted"),
    ("The EU is reportedly preparing new sanctions on Russia.", "EU > RU threatened alleged"),
    ("The EU denied it had imposed sanctions on Serbia.", "EU > RS imposed denied"),
    ("The U.S. Senate passed legislation sanctioning Russia.", "US > RU threatened asserted"),
    ("The US announced a sanctions exemption for Russian oil.", "US > RU eased asserted"),
]


@pytest.mark.parametrize(("sentence", "act"), MEASURES)
def test_what_stands_next_to_a_measure_says_how_far_and_how_sure(sentence: str, act: str) -> None:
    assert act in [told(found) for found in read("", body=sentence).acts]
