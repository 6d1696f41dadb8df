"""The small words of English by what they do in a sentence. Closed classes: nothing an analyst would add to."""

from services.core.interval import MONTHS, WEEKDAYS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PREPOSITIONS = _words(
    "to for from with in on beside against at by of near over into within inside toward towards between under amid upon during"
    " via off among through across around about following despite beyond without throughout targeting regarding concerning including"
)
CONJUNCTIONS = _words("and or & plus nor")
SUBORDINATORS = _words(
    "that which who whom whose when while after before as because if although though but since until where whereas"
    " unless so than how why what whether"
)
BE = _words("be been being is are was were am 're isn't aren't wasn't weren't gets got")
HAVE = _words("has have had having 've hasn't haven't hadn't")
DO = _words("do does did doesn't don't didn't")
MODALS = _words("will would shall should can could may might must 'll wo ca cannot won't wouldn't can't couldn't 'd")
NEGATIONS = _words("not n't never no neither won't cannot wouldn't can't couldn't doesn't don't didn't isn't aren't")
AUXILIARIES = BE | HAVE | DO | MODALS | _words("n't not ca wo")
DETERMINERS = _words(
    "the a an this these those that its their his her our your my some any all both each every another other no more most"
    " several many few much first second third new fresh additional further latest tougher tough wide-ranging sweeping"
)
PRONOUNS = _words("he she it they we i you him them us himself itself themselves")
ADVERBS = _words(
    "already also now soon still again recently formally officially reportedly allegedly finally even only just once later"
    " then currently immediately jointly quickly simultaneously unanimously previously directly secretly quietly effectively"
    " tomorrow today tonight yesterday never ever not probably likely possibly apparently together ahead instead further too"
    " longer largely mostly temporarily indefinitely partially actively long repeatedly separately nearly almost about"
)
RELATIVES = _words("which that who")
STOPS = _words(', ; : . ! ? " ( ) [ ] - – — … / | “ ”')
READY = _words("ready willing poised set prepared open reluctant unwilling able due likely unlikely eager keen")
URGING = _words(
    "demand demands demanded urge urges urged urging ask asks asked asking tell tells told call calls called press presses pressed want wants allow allows allowed let help helps helped force forces forced invite enable push pushes pushed convince persuade persuaded lobby lobbied request requested order ordered pressure pressured beg begged on upon expect expects expected"
)
CONTROL_NOUNS = _words(
    "decision decisions plan plans deal deals agreement agreements pledge pledges effort efforts bid request requests contract contracts pact proposal authority move intention intentions commitment commitments promise promises approval permission offer offers vow threat threats desire willingness readiness refusal failure attempt attempts bill resolution order orders pressure right licence license ability chance aim policy push calls call"
)
OFFICES = _words(
    "president administration government bloc country kingdom regime minister ministry chancellor leader secretary"
)
QUOTES = _words("\" ' “ ”")
DAYS = (frozenset({*WEEKDAYS, *MONTHS}) - {"may"}) | _words(
    "week month year weekend morning evening night years months weeks days"
)
# nouns that may receive arms or be a target of sanctions without a name
GROUPS = _words(
    "rebels allies militants fighters groups forces proxies militias separatists opposition government army military troops"
    " partners countries nations states customers insurgents group terrorists militia rebel insurgents officials companies"
    " entities individuals firms banks people ministers leaders judges tankers ships vessels settlers politicians oligarchs"
    " businessmen members generals officers company bank ministry minister president airline airlines refineries refinery"
    " judge prosecutor prosecutors network networks hackers traders buyers citizens regime junta commanders commander leader"
    " organisation organization organisations organizations gang gangs cartel cartels party airline exchange exchanges"
    " prosecutors lawyers journalists executives tycoon tycoons family relatives envoy police agency agencies operatives"
    " tanker vessel firm ally partner neighbours neighbors buyer regimes adversaries enemies friend friends"
)
# who does this to a shipment or sale is no side of it
LOOKING_ON = _words(
    "bomb bombs bombed bombing attack attacks attacked attacking intercept intercepts intercepted intercepting seize seizes seized seizing"
    " destroy destroys destroyed destroying sink sinks sank sunk sinking raid raids raided raiding ambush ambushed sabotage sabotages"
    " sabotaged target targets targeted targeting track tracks tracked tracking find finds found finding uncover uncovers uncovered"
    " discover discovers discovered investigate investigates investigated investigating probe probes probed probing condemn condemns"
    " condemned condemning slam slams slammed slamming denounce denounces denounced denouncing protest protests protested protesting"
    " criticise criticises criticised criticising criticize criticizes criticized criticizing decry decries decried question questions"
    " questioned questioning fear fears feared fearing watch watches watched watching monitor monitors monitored monitoring"
)
# common verbs that no lexicon lists: where one stands, a clause has its verb
VERBS = _words(
    "make makes made making take takes took taken taking come comes came coming go goes went gone going see sees saw seen"
    " become becomes became find finds found show shows showed shown lead leads led leave leaves left meet meets met"
    " hold holds held holding bring brings brought begin begins began start starts started stop stops stopped try tries"
    " tried use uses used using work works worked run runs ran fall falls fell fallen rise rises rose risen hit hits kill"
    " kills killed die dies died fight fights fought attack attacks attacked strike strikes struck launch launches launched"
    " fire fires fired destroy destroys destroyed win wins won lose loses lost face faces faced facing help helps helped"
    " helping keep keeps kept let lets put puts set sets turn turns turned talk talks talked speak speaks spoke visit visits"
    " visited travel travels arrive arrives arrived return returns returned join joins joined play plays played pay pays"
    " paid raise raises raised cause causes caused remain remains remained include includes included produce produces"
    " produced build builds built develop develops developed create creates created allow allows allowed force forces forced"
    " drive drives drove driven draw draws drew push pushes pushed pull pulls pulled carry carries carried stand stands"
    " stood think thinks thought know knows knew known believe believes believed want wants wanted need needs needed"
    " expect expects expected hope hopes hoped fear fears feared seem seems seemed appear appears appeared mean means meant"
    " accuse accuses accused blame blames blamed criticise criticizes criticized criticised condemn condemns condemned"
    " denounce denounces denounced slam slams slammed hail hails hailed welcome welcomes welcomed praise praises praised"
    " escalate escalates escalated deepen deepens deepened spark sparks sparked trigger triggers triggered prompt prompts"
    " prompted follow follows followed end ends ended open opens opened close closes closed break breaks broke broken"
    " counter defend defends defended protect protects protected respond responds responded react reacts reacted ensure"
    " rule rules ruled shut shuts froze freezes focused accused linked tied involved alleged suspected prevent prevents prevented avoid avoids avoided reach reaches reached sit sits sat loom looms loomed mark marks marked"
)
# nouns that follow a noun of measures or of transfer to make one with it: "sanctions relief", "arms exports ban"
COMPOUNDS = _words(
    "threat threats relief bill bills waiver waivers regime regimes list lists package packages policy evasion pressure push"
    " exemption exemptions deadline order law act plan plans move talks risk risks fears program programme campaign effort war"
    " case rules breach busting designation designations target targets fallout snapback escape loophole loopholes regimen"
    " authority office chief envoy expert experts monitor panel committee lawyer compliance enforcement resolution vote debate"
    " decision review extension renewal violations violation workaround era noose blow net web cap ban row dispute amid as after"
    " now still already more on over against"
)
# what comes about: "began to send", "prompting them to send"
DONE = _words(
    "began begun begins beginning started starts continued continues continuing continue kept keeps keeping resumed managed"
    " prompted prompting led leading forced forcing caused causing enabled enabling helped helping helps"
)
# what is only meant by who buys
PLANS = _words(
    "plans planned planning intends intended hopes hoping aims aiming wants looks looking eager keen interested"
)


_NO_ADVERBS = _words(
    "supply family assembly monopoly anomaly italy ally rally july reply apply comply imply rely multiply"
)


def adverb(word: str) -> bool:
    """Whether the word can stand between an auxiliary and its verb."""
    return word in ADVERBS or (len(word) > 5 and word.endswith("ly") and word not in _NO_ADVERBS)
