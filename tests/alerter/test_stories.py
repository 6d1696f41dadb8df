"""What a desk is told as a story goes on, as timelines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.core.alert import DevelopmentKind
from services.core.rule import Mode, RuleSource
from services.store.engine import Store, open_store
from tests.alerter.desk import RULES, Desk
from tests.alerter.timeline import steps

BODY = (
    "The contract covers twelve coastal stations, training and spare parts for ten years, the ministry in the capital "
    "said in a statement, and the first of them is to stand on the northern cape by the end of next year."
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/desk.sqlite3") as opened:
        yield opened


def play(desk: Desk, script: str) -> None:
    """Each line as a batch of its own; what is told, or why it is not, must be what the line says."""
    for step in steps(script):
        alerts, entries = desk.decide([step.tagged])
        kept = {entry.fate.value: entry.reason for entry in entries if entry.fate.value in step.expected}
        if kept:  # suppressed for a reason that the line names
            assert alerts == [], step.line
            assert (step.why or "") in kept[step.expected[0]], f"{step.line}\n  {kept}"
            continue
        one_rule = len(desk.policy.rules) == 1
        told = tuple(
            alert.development.kind.value if one_rule else f"{alert.rule}:{alert.development.kind.value}"
            for alert in alerts
        )
        assert told == step.expected, f"{step.line}\n  told {told}: {[alert.development.why for alert in alerts]}"
        if step.why:
            assert step.why in alerts[0].development.why, f"{step.line}\n  why: {alerts[0].development.why}"


TIMELINES = {
    "a deal from request to delivery is told at each stage once": """
        09:00 harbour: Sudmark asks Norland for coastal radars {NO>SD sought} => new_story "First report of this story"
        09:10 ledger: Sudmark wants coastal radars from Norland {NO>SD sought} => more_outlets "Now told by 2 independent outlets"
        12:00 harbour: Norland agrees to sell coastal radars to Sudmark {NO>SD agreed} => stage_moved "Stage moved from sought to agreed"
        12:20 ledger: Sudmark to get coastal radars from Norland {NO>SD agreed} => -
        1d 09:00 harbour: Norland delivers coastal radars to Sudmark {NO>SD delivered} => stage_moved "from agreed to delivered"
        1d 10:00 ledger: After the deal, first coastal radars reach Sudmark from Norland {NO>SD agreed} => -
    """,
    "the same parties at the same act within two days are told once, however it is worded": """
        09:00 harbour: Norland announces sanctions on Sudmark // Its cabinet vowed to bring the generals down brick by brick. {NO!SD imposed} => new_story
        13:00 ledger: Premier punishes junta // Bank accounts of leading officers were hit, the treasury said. {NO!SD imposed} => more_outlets
        2d 08:00 courier: Officers decry unjust penalties // Speakers told a gathering of merchants to plan for lean years. {NO!SD imposed} => -
    """,
    "the same parties at the same act later on, in nothing but other words, are told again": """
        09:00 harbour: Norland announces sanctions on Sudmark // Its cabinet vowed to bring the generals down brick by brick. {NO!SD imposed} => new_story
        2d 10:00 ledger: Premier punishes junta // Bank accounts of leading officers were hit, the treasury said. {NO!SD imposed} => new_story
    """,
    "headlines alone that name other things tell two matters": """
        09:00 harbour: Norland sanctions Sudmark lender Vostok Bank {NO!SD imposed} => new_story
        09:30 ledger: Norland sanctions Sudmark tanker owner Ural Oil {NO!SD imposed} => new_story
    """,
    "copies of a wire are one alert, whoever prints them; words of its own make an outlet count": f"""
        09:00 wire: Norland agrees to sell radars to Sudmark // {BODY} {{NO>SD agreed}} => new_story
        09:05 harbour: Norland agrees to sell radars to Sudmark // {BODY} {{NO>SD agreed}} => not_new "a copy of a text told before"
        09:10 ledger: Norland agrees to sell radars to Sudmark // {BODY} {{NO>SD agreed}} => -
        09:15 herald: Norland agrees to sell radars to Sudmark // {BODY} {{NO>SD agreed}} => -
        09:20 courier: Norland agrees to sell radars to Sudmark // {BODY} {{NO>SD agreed}} => -
        09:30 herald: Sudmark buys coastal radars of Norland, which its navy has long wanted {{NO>SD agreed}} => more_outlets "Now told by 2 independent outlets"
    """,
    "a copy under a new headline is the same story": f"""
        09:00 wire: Norland agrees to sell radars to Sudmark // {BODY} {{NO>SD agreed}} => new_story
        09:05 wire: A coast to be watched // {BODY} => -
    """,
    "who supplies and who receives makes another story": """
        09:00 harbour: Norland agrees to sell radars to Sudmark {NO>SD agreed} => new_story
        09:05 harbour: Sudmark agrees to sell radars to Norland {SD>NO agreed} => new_story
    """,
    "a sanction lifted is not the sanction imposed": """
        09:00 harbour: Norland imposes sanctions on Vostok Bank of Sudmark {NO!SD imposed} => new_story
        10:00 harbour: Norland lifts sanctions on Vostok Bank of Sudmark {NO!SD eased} => new_story
        10:10 harbour: Norland has lifted its sanctions on Vostok Bank of Sudmark {NO!SD eased} => -
    """,
    "a claim, its denial and its confirmation are each told once": """
        09:00 harbour: Sudmark sends missiles to Kestria, Norland claims {SD>KE delivered alleged by Norland} => new_story
        10:00 harbour: Sudmark denies sending missiles to Kestria {SD>KE delivered denied by Sudmark} => denied "Sudmark denies it"
        11:00 harbour: Sudmark again denies sending missiles to Kestria {SD>KE delivered denied by Sudmark} => -
        12:00 harbour: Sudmark says it sent missiles to Kestria {SD>KE delivered} => confirmed
        13:00 harbour: Sudmark sent missiles to Kestria {SD>KE delivered} => -
    """,
    "a denial in the first report is told with it": """
        09:00 harbour: Sudmark denies sending missiles to Kestria {SD>KE delivered denied by Sudmark} => new_story
        09:30 harbour: Sudmark rejects report of missiles for Kestria {SD>KE delivered denied by Sudmark} => -
    """,
    "a claim after its denial is a claim, and a proof after it a proof": """
        09:00 harbour: Sudmark denies sending missiles to Kestria {SD>KE delivered denied by Sudmark} => new_story
        10:00 harbour: Sudmark sends missiles to Kestria, Norland claims {SD>KE delivered alleged by Norland} => new_act "Claimed, where it was only denied before: Sudmark delivers arms to Kestria"
        11:00 harbour: Norland claims again Sudmark sends missiles to Kestria {SD>KE delivered alleged by Norland} => -
        12:00 harbour: Sudmark sent missiles to Kestria {SD>KE delivered} => confirmed
    """,
    "a deal that is halted, and goes on": """
        09:00 harbour: Norland agrees to sell radars to Sudmark {NO>SD agreed} => new_story
        10:00 harbour: Norland halts the sale of radars to Sudmark {NO>SD halted} => stage_moved "from agreed to halted"
        11:00 harbour: Norland delivers radars to Sudmark after all {NO>SD delivered} => stage_moved "from halted to delivered"
    """,
    "a further act in the same article is told with the first": """
        09:00 harbour: Norland sells radars to Sudmark, and Westria bans arms for Sudmark {NO>SD agreed}{WS!SD imposed} => new_story "also new in this story: Westria imposes sanctions on Sudmark"
        09:10 harbour: Norland sells radars to Sudmark; Westria bans arms for Sudmark {NO>SD agreed}{WS!SD imposed} => -
    """,
    "an edit without a new fact tells nothing, one with a new fact tells it": """
        09:00 harbour #a: Norland agrees to sell radars to Sudmark {NO>SD agreed} => new_story
        09:20 harbour #a: Norland agrees to sell new radars to Sudmark {NO>SD agreed} => -
        10:20 harbour #a: Norland delivers new radars to Sudmark {NO>SD delivered} => stage_moved
    """,
    "what stood in the feed at the first poll is not told, and neither is an edit of it": """
        09:00 harbour #a: (backfill) Norland agrees to sell radars to Sudmark {NO>SD agreed} => -
        09:20 harbour #a: Norland agrees to sell radars to neighbour Sudmark {NO>SD agreed} => -
        09:30 ledger: Norland agrees to sell radars to Sudmark {NO>SD agreed} => new_story
    """,
    "old news is recorded only": """
        09:00 harbour: (published 90h ago) Norland agrees to sell radars to Sudmark {NO>SD agreed} => -
        09:10 harbour: Norland agrees to sell radars to Sudmark {NO>SD agreed} => new_story
    """,
    "old news that comes up again under a new date is recorded only": f"""
        09:00 harbour: Norland agrees to sell radars to Sudmark // {BODY} {{NO>SD agreed}} => new_story
        9d 09:00 ledger: Norland agrees to sell radars to Sudmark // {BODY} {{NO>SD agreed}} => old "the text of 9.0 days ago, come up again"
        9d 10:00 herald: Norland agrees to sell radars to Sudmark // {BODY} {{NO>SD agreed}} => not_new "a copy of a text told before"
        9d 12:00 harbour: Norland delivers radars to Sudmark // The ship with the coastal radars came in at noon. {{NO>SD delivered}} => stage_moved
    """,
    "an anniversary is no news, and what happens on one is": """
        09:00 harbour: Ten years ago Norland delivered radars to Sudmark {NO>SD delivered when 2016} => past "tells only of what is long past: 2016"
        09:10 harbour: Norland delivers radars to Sudmark on anniversary of pact {NO>SD delivered} => new_story
        09:20 ledger: On this day in 2016, radars went from Norland to Sudmark {NO>SD delivered when 2016} => past
    """,
    "what is said today of what is long past is news": """
        09:00 harbour: Norland armed Sudmark in 2016, Westria claims {NO>SD delivered alleged by Westria when 2016} => new_story
        10:00 harbour: Norland denies arming Sudmark in 2016 {NO>SD delivered denied by Norland when 2016} => denied
    """,
    "an edit without a new fact, and a copy, say why they are not told": f"""
        09:00 harbour #a: Norland agrees to sell radars to Sudmark // {BODY} {{NO>SD agreed}} => new_story
        09:20 harbour #a: Norland agrees to sell radars to Sudmark // {BODY} The ministry had no more to say. {{NO>SD agreed}} => not_new "an edit without a new fact: 1 articles, 1 independent outlets"
        09:30 ledger: Norland agrees to sell radars to Sudmark // {BODY} {{NO>SD agreed}} => not_new "a copy of a text told before: 2 articles, 1 independent outlets"
    """,
    "the same parties with something else to tell are another story": """
        09:00 harbour: Norland imposes sanctions on Sudmark lender Vostok Bank {NO!SD imposed} => new_story
        11:00 harbour: Norland imposes sanctions on Sudmark tanker fleet of Ural Oil {NO!SD imposed} => new_story
    """,
    "a party named later belongs to the act told before": """
        09:00 harbour: Norland agrees to sell coastal radars abroad {NO>? agreed} => new_story
        09:30 harbour: Norland agrees to sell coastal radars to Sudmark {NO>SD agreed} => -
    """,
    "after the window the same act is a story again": """
        09:00 harbour: Norland agrees to sell radars to Sudmark {NO>SD agreed} => new_story
        9d 09:00 harbour: Norland agrees to sell radars to Sudmark {NO>SD agreed} => new_story
    """,
    "background of an article moves no stage, so that the real move is still news": f"""
        09:00 harbour: Norland considers radars for Sudmark // {BODY} {{NO>SD considered}} => new_story
        11:00 harbour: Norland still considers radars for Sudmark // {BODY} {BODY} {BODY} Norland delivered radars to Sudmark before. {{NO>SD considered}}{{NO>SD delivered late}} => -
        12:00 harbour: Norland delivers radars to Sudmark // {BODY} {{NO>SD delivered}} => stage_moved "from considered to delivered"
    """,
    "a denial counts wherever it stands": f"""
        09:00 harbour: Norland claims Sudmark armed Kestria // {BODY} {{SD>KE delivered alleged by Norland}} => new_story
        11:00 harbour: Norland claims Sudmark armed Kestria with missiles // {BODY} {BODY} {BODY} Sudmark denies it. {{SD>KE delivered alleged by Norland}}{{SD>KE delivered denied by Sudmark late}} => denied "Sudmark denies it"
    """,
}  # fmt: skip


@pytest.mark.parametrize("script", TIMELINES.values(), ids=list(TIMELINES))
def test_timeline(store: Store, script: str) -> None:
    play(Desk(store), script)


def test_outlets_of_one_owner_count_once(store: Store) -> None:
    owners = {"harbour": "northern-press", "ledger": "northern-press"}
    play(
        Desk(store, owners=owners),
        """
        09:00 harbour: Norland agrees to sell radars to Sudmark {NO>SD agreed} => new_story
        09:10 ledger: Norland to sell radars to neighbour Sudmark {NO>SD agreed} => -
        09:20 herald: Radars of Norland go to Sudmark {NO>SD agreed} => more_outlets "2 independent"
        """,
    )


def test_each_rule_tells_each_fact_for_itself(store: Store) -> None:
    rules = (*RULES, RuleSource(id="done", title="Delivered", when="act:arms_transfer(stage: delivered)"))
    play(
        Desk(store, rules),
        """
        09:00 harbour: Norland agrees to sell radars to Sudmark {NO>SD agreed} => arms:new_story
        10:00 harbour: Norland delivers radars to Sudmark {NO>SD delivered} => arms:stage_moved done:new_story "from agreed to delivered"
        11:00 harbour: Norland delivered radars to Sudmark {NO>SD delivered} => -
        """,
    )


def test_a_rule_that_comes_late_to_a_story_says_what_has_moved(store: Store) -> None:
    rules = (RuleSource(id="done", title="Delivered", when="act:arms_transfer(stage: delivered)"),)
    play(
        Desk(store, rules),
        """
        09:00 harbour: Norland agrees to sell radars to Sudmark {NO>SD agreed} => -
        10:00 harbour: Norland delivers radars to Sudmark {NO>SD delivered} => new_story "that fits the rule; also stage moved from agreed to delivered"
        """,
    )


def wanting(*kinds: DevelopmentKind) -> tuple[RuleSource, ...]:
    return (RuleSource(id="arms", title="Arms", when="act:any", notify_on=kinds),)


NOTIFY_ON = {
    "a kind that is not wanted is not told, and counts as told": (
        (DevelopmentKind.NEW_STORY, DevelopmentKind.DENIED),
        """
        09:00 harbour: Sudmark agrees to sell missiles to Kestria, Norland claims {SD>KE agreed alleged by Norland} => new_story
        10:00 harbour: Sudmark delivers missiles to Kestria {SD>KE delivered} => unwanted "Stage moved from agreed to delivered; not in the rule's notify_on: stage_moved"
        10:10 harbour: Missiles for Kestria delivered by Sudmark {SD>KE delivered} => -
        10:20 ledger: Missiles of Sudmark reach Kestria {SD>KE delivered} => unwanted "notify_on: independent_source, more_outlets"
        11:00 harbour: Sudmark denies sending missiles to Kestria {SD>KE delivered denied by Sudmark} => denied "Sudmark denies it"
        """,
    ),
    "what was not wanted is what later news is measured against": (
        (DevelopmentKind.CONFIRMED,),
        """
        09:00 harbour: Sudmark sends missiles to Kestria, Norland claims {SD>KE delivered alleged by Norland} => unwanted "First report of this story; not in"
        10:00 harbour: Sudmark again sends missiles to Kestria, Norland claims {SD>KE delivered alleged by Norland} => -
        12:00 harbour: Sudmark says it sent missiles to Kestria {SD>KE delivered} => confirmed
        """,
    ),
    "a denial in the first report is told to a rule that wants denials only": (
        (DevelopmentKind.DENIED,),
        """
        09:00 harbour: Sudmark denies sending missiles to Kestria {SD>KE delivered denied by Sudmark} => denied "Sudmark denies it"
        09:30 harbour: Sudmark rejects report of missiles for Kestria {SD>KE delivered denied by Sudmark} => -
        """,
    ),
    "an alert is named for what is wanted of it": (
        (DevelopmentKind.NEW_STORY, DevelopmentKind.NEW_ACT, DevelopmentKind.MORE_OUTLETS),
        """
        09:00 harbour: Norland considers radars for Sudmark {NO>SD considered} => new_story
        10:00 ledger: Norland sells radars to Sudmark, and Westria bans arms for Sudmark {NO>SD agreed}{WS!SD imposed} => new_act "New in this story: Westria imposes sanctions on Sudmark; also now told by 2"
        """,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kinds", "script"), NOTIFY_ON.values(), ids=list(NOTIFY_ON))
def test_a_rule_is_told_of_the_kinds_it_names(store: Store, kinds: tuple[DevelopmentKind, ...], script: str) -> None:
    play(Desk(store, wanting(*kinds)), script)


def test_the_ledger_names_what_an_alert_leaves_out(store: Store) -> None:
    desk = Desk(store, wanting(DevelopmentKind.NEW_ACT))
    (step,) = steps("09:00 harbour: Norland arms Sudmark, Westria bans that {NO>SD agreed}{WS!SD imposed} => new_act")
    (alert,), (entry,) = desk.decide([step.tagged])
    assert (entry.fate, entry.alert_id) == ("alerted", alert.id)
    assert entry.reason == (
        "New in this story: Westria imposes sanctions on Sudmark; not in the rule's notify_on: new_story"
    )
    assert alert.labels["development"] == alert.development.kind == "new_act"


def test_a_look_back_that_tells_of_no_act_is_no_news_to_a_rule_on_words(store: Store) -> None:
    desk = Desk(store, (RuleSource(id="words", title="Words", when="radar*"),))
    play(
        desk,
        """
        09:00 harbour: On this day in 1983: the first radars of Norland => past "looks back"
        09:10 harbour: Norland renews its radars on the anniversary of the war => new_story
        09:20 harbour: On this day in 2016: Norland arms Sudmark with radars {NO>SD delivered when 2016} => past "long past: 2016"
        """,
    )


def test_a_denial_of_which_no_act_was_read_is_told_as_one(store: Store) -> None:
    play(
        Desk(store, (RuleSource(id="words", title="Words", when="missile*"),)),
        """
        09:00 harbour: Norland accuses Sudmark of hiding missiles in Kestria => new_story
        10:00 harbour: Sudmark denies hiding missiles in Kestria => denied "Denied now: “Sudmark denies hiding missiles in Kestria”"
        11:00 harbour: Sudmark rejects the claim that it is hiding missiles in Kestria => -
        2d 09:00 harbour: Norland again accuses Sudmark of hiding missiles in Kestria => -
        20d 09:00 harbour: Sudmark denies hiding missiles in Kestria => new_story
        20d 10:00 harbour: Norland accuses Sudmark of hiding missiles in Kestria => new_act "Claimed, where it was only denied"
        """,
    )


def test_a_shadow_rule_records_and_tells_nothing(store: Store) -> None:
    desk = Desk(store, (RuleSource(id="try", title="Try", when="act:any", mode=Mode.SHADOW),))
    (step,) = steps("09:00 harbour: Norland agrees to sell radars to Sudmark {NO>SD agreed} => -")
    alerts, (entry,) = desk.decide([step.tagged])
    assert (alerts, entry.fate, entry.rule) == ([], "shadow", "try")
    switched_on = Desk(store, (RuleSource(id="try", title="Try", when="act:any"),))
    switched_on.next = desk.next
    play(switched_on, "09:10 ledger #b: Norland agrees to sell radars to Sudmark {NO>SD agreed} => new_story")


def test_every_article_ends_in_the_ledger_with_a_reason(store: Store) -> None:
    script = """
        09:00 harbour: Norland agrees to sell radars to Sudmark {NO>SD agreed} => new_story
        09:10 harbour: Norland agrees to sell radars to Sudmark {NO>SD agreed} => -
        09:20 harbour: Rain over the northern cape => -
        09:30 harbour: (backfill) Kestria seeks boats from Marland {MA>KE sought} => -
    """
    _, entries = Desk(store).decide([step.tagged for step in steps(script)])
    assert [(entry.article_id, entry.fate.value) for entry in entries] == [
        ("n0", "alerted"), ("n1", "not_new"), ("n2", "no_rule"), ("n3", "backfill"),
    ]  # fmt: skip
    assert all(entry.reason for entry in entries)
