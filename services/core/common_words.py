"""Words common in English news, and in how many of 10,000 articles each stands. Written by tests/stories/common.py."""

OF_ARTICLES = 10_000
COMMON = {
    200: """
000 19 2020 cas chang china city company coronavirus covid death donald fac family find follow forc former gam
health help high hit hom hous http kill lik liv lockdown look man market million night open pandemic polic releas
return reveal shar show star start test trump uk updat video warn watch work world
""",
    169: """
10 2026 american attack big california car charg continu court died expert federal group him launch lif link list
long pric public record risk season second social study team today trad unit win www
""",
    136: """
00 2025 administration ahead ai arrest bank becom best bit black break business caus channel chief clos confirm
county cut department diseas don early fight final fir iran issu know leav left media meet number outbreak plac play
post power protest rat re remain rul school scientist servic south subscrib support turn tv virus visit whit woman
worker
""",
    108: """
12 15 20 30 accus air allow america among appear appl area australia billion bring build children community concern
crisis data dead despit die drug economy election facebook fall fan far fear food fre full fund global going good
hold hospital hour increas israel job key law least level local london los ly making mark member might miss morn my
nation nearly north offic officer party player push question rais reopen result ris run russia security sery stay
stock street strik system target tariff twitter university won york
""",
    87: """
100 11 25 50 abs action agency ago al angel australian battl behind believ biggest bill body british cbn center
central challeng check chines click coming control cost crash creat decad decision demand discover doctor economic
effort england europ event ever featur film futur general gett giant got grow happen history human industry
infection insid instagram international investigation investor join known lat learn led likely lin loss moment
mother murder oil onlin outsid park pass past patient pay per philippin pick pictur point policy political quarantin
reach receiv recent research researcher resident restriction russian sa secretary seen shoot shot sit spac spread
staff stop story student suggest suspect taking tell thing third thousand too took travel ukrain using vaccin vs
washington websit weekend west women young youtub zealand
""",
    69: """
13 14 16 17 18 2019 24 26 age alleg almost ang anti based better border britain cam campaign cancer capital ceo
coach comment condition consider daily detail director dr driv earlier earth east energy european ex executiv
experienc explain fail feel financial firm flight friend gaza georg googl great half hand hop host hundr impact
injur interest involv island jazeera john judg justic land largest later less light limit littl lost lov low mask
massiv mean medical men model money na nam nasa never ng opinion owner parent patrol person photo positiv potential
prepar pressur privat project provid rac rar read real red republican respons review road rol round saying singapor
small son spend stand step stor struggl suffer summer surg surpris switch taken tech term texa think train trial ve
water went wif
""",
    56: """
22 27 40 500 act actor address affect airport allegedly amazon app arriv attempt auckland availabl avoid baby beach
beat begin biden block board book boost boss brain captur catch cent child clear cnn co coast colleg contract coupl
cover cup damag daughter deadly delay democrat democratic develop didn different distanc doesn dollar dozen driver
drop effect eight emerg emergency employe enter episod facing father figur finally florida floyd focus football
franc front girl given governor green hard having heart held higher highlight hug husband ice imag incident india
injury interview investigat israeli jail jam japan joe johnson larg leagu legal let living lower matter mayor me
messag middl minut multipl nfl operation playlist popular premier press princ prison pro problem program protect
protester pull reduc remov rising roll royal runn safety san scor sea search sex shock sid someth soon southern
spark speak sport stag statement storm suprem teleradyo thought titl toll total track treatment try trying union
user victim vot walk wav wear
""",
    44: """
2021 2022 21 23 28 60 abl abus access account activity add advanc agent airlin aje ajsubscrib alert ally analysis
andrew answer appeal approach assault award bad bar bbc becam began beij benefit bid blu boris boy brand brief
brought budget canada card career carry cash caught celebrat centr chanc class climat club common conferenc council
crim crowd customer dat david debut decid declin defend describ design development discuss district dog doubl draw
dron dropp earn enough eu everyth evidenc expand extend eye facility fast fed fell field form french fuel gain gas
gather goe gold gov ground growth guard harry hear heat highest holiday immigration improv inflation information
intelligenc investment io isn jr jump kid king korea lawsuit leak ll longer lot manager mass match met mga michael
mil mission mr music nba network nintendo northern npr nuclear nz partner passenger peac performanc phon plus pop
presidential prevent process product promis property putin quarter rally ready really reason recently recover relat
requir reserv respond restaurant resum rock rumor saf sav scen scienc secret sector seem senat senior sentenc
serious serv shift short shut singl slow special spot station strong super sydney symptom tax taylor technology
thank theabscbnnew together town treat unveil vehicl victoria victory view violenc wait wall weather western winner
worst worth
""",
    36: """
200 29 31 35 abscbnnew activist actually africa afternoon aged ajenglish allegation animal annual army art attend
attorney bas bay beyond blam blast blood bond brother built burn camera camp cancel candidat carolina century
champion church clash collaps complet conflict congress consumer contact contain controversial crew criminal
critical cross current dangerous de debat declar deep devic digital discovery document doing door drink education
elon enforcement era exclusiv expos fil fired flood footag forward fourth fresh gav german germany giving grand
grant hall heavy hidden himself historic hotel idea identifi infect instead iphon iranian jet jon kick kong labor
lawmaker lawyer main manag measl melbourn mexico mik missil moon movement movi moving musk named netflix nhs nin non
nsw often option organization paul period personal plant platform poll position powerful practic previously prob
produc production prompt propos prosecutor publish rang rank recall recovery refus reject relationship rescu rival
robert room ros saw schedul screen secur self sever sexual shop shutdown signal significant singer sky soar spain
speech speed spent st strategy stream struck studio survey surviv suspend tension though tie tom tour trend tried
trip troop ukrainian un upcom version vic viral voter weigh welcom wild william winn word writ wrong
""",
    28: """
300 70 80 added adult adviser aim alarm alway ancient anniversary announcement appearanc armed artist asset
attention bear billionair birthday blow boat bomb born box brazil breach brok brown cast chain chair championship
chicago chip choic chris citizen civil climb closer closur commission committe compar competition conduct connect
content cook cop count credit critic criticism cruis currently custody dark debt deputy destroy devastat developer
diagnos direct display disput domestic draft dream dutert eastern eating edg ended ending escap espn estimat everyon
exchang exercis exit explosion export express fact fatal femal festival filed fill fin financ flu forecast founder
fox franchis francisco freedom galaxy garden gen generation goal golden gon guilty hama handl healthy heard hill
hollywood hong hot hunt ii import important indian internet introduc isolation italy journalist kim la lack lak
letter location lock losing manchester manila map mental michigan microsoft migrant minneapolis minnesota mlb moscow
mount moved mystery nationwid normal noth nurs ocean officially ongo operat opposition overnight pack pag paid
palestinian percent perform peter planet playoff plgyy1wyljumjhg4rvrq9cxf7ovrogq2wx politic port potentially predict
present primary proposal protection prov queen quit rain reaction reality recap regional replac reporter rest retir
ring river rocket row ruling rush scal schem scott seat senator sett shap situation slam soldier sound spacex spik
spok spott squar stabb stopp strait stunn styl sue sun swift task teacher teen tesla tiktok tip tonight tool tourist
trac traffic transport trigger troubl understand upgrad valu venezuela veteran voic wal wedd weight wind window
winter worry
""",
    23: """
2018 2024 32 33 34 38 400 45 90 accept activ actress adding additional admit admitt advic african aircraft alex alon
alongsid analyst anc_highlight anthony anyon aren argu articl artificial asia associat association astronaut
astronomer author averag backlash balanc bann beginn birth boom bowl bridg bus cabinet canadian cannot cap carri cbs
cdc ceasefir celebration celebrity cell certain chao character charl chas christma classic clean cold complex
concert connection conservativ construction convict cours coverag criticiz crown crypto cultur cutt danc deadlin
defeat detain detect determin difficult disaster dismiss disney drama dress duty earthquak easing eat electric
encourag enhanc enjoy ensur entir epstein essential estat exist explor extra faced factory failur familiar farm
fashion fat favorit fbi felt fifth fighter filipino finish fix fly flying fossil fraud georgia guid gun headlin
healthcar highly hol honor hormuz however hurt ignor ill illegal illness incom increasingly independent individual
inspir ios itself jan japanes jersey joint kept killer kind korean labour leadership legend loan loom machin mail
majority maker management mar matt max meghan memory metal metro miami mid mind modern mom monitor natural
negotiation newly newsom notic novel nvidia odd offensiv older olympic openai opportunity original oversea pacific
pain pair pakistan palac paper paris parliament path payment pc peak perfect pet phas physical piec pilot plead
plung politician poor population prais pre prediction previous producer professor profit progress promot putt
quarterback queensland quickly racism raid react reflect reform regim relief rep representativ resign retail rich
richard rid ruled samsung satellit saudi saving seeing seiz select sen shopp shortag simpl sir sister siz sleep
smith solar someon song spring stadium stak standard status stephen stepp straight strain stress success summit sur
surfac surgery survivor sweep tackl takeaway tear teenager tehran temperatur territory themselv theory throw tiny
tribut tru truck trust truth tweet typ ultra uncertainty uncover unexpect unprecedent vaccination valley vega
violent virginia virtual visitor voting wak wasn wid wildfir wing witness worldwid wors wound wwe xbox
""",
    18: """
07 2023 250 36 39 48 55 75 ability accident acquir acting adam adventur affair aimed aliv alternativ amount android
anger anyth apart approval arabia arizona asian atlanta await ball band basketball battery bed ben bet bigger bird
bitcoin boston brac brian briton bro broadcast broken bubbl buyer campus cancell capacity captain carrier cat
ceremony chairman charity charli christian circuit citing cluster cod colorado combat commander complaint confidenc
confront congressional convention cool corruption couldn crack crackdown creator crucial curb dad danger daniel dc
dementia deploy diet discount disrupt divid division dominat doubt dramatic driven dying eagl easy economist edition
el elect els emotional engineer english environment equity escalat especially exposur extension extrem fair fak fals
famous fantasy farmer faster fda fee feet firing fish flag floor foot fully gaming gang gavin gdl_uhtflt gear gift
girlfriend glass gop grad greater guest guidelin gulf habit hair happy harris hasn hat haven hero hitt horror hostag
household houston iconic identify immediately immigrant index indiana indicat infectious influenc infrastructur
initial inquiry insist institut insuranc invest isang isolat italian item jimmy jordan journey justin kat kennedy
kevin kingdom knew knick kyiv lab lady las lebanon lee lesson lineup lion lowest luxury maintain manufactur marin
markl marri martin material meal medicin memorial meta mistak mobil mountain mp museum mysterious nato natur navy
negativ net netanyahu nomine nyc obama object ohio orang origin owned pac paint panel para paramount patch paus
paying philadelphia photographer pitch pixel podcast pool portland pound powell premium preview princess priz
probably professional prospect provinc ps5 quality racial racist radio rap rather recommend regular regulation
regulator relation remark remember remot renew represent republic restor retailer revenu revers rodrigo rout routin
rugby ryan scandal scotland sean seattl sens separat session shak sharp sheriff sight silenc similar slamm smart
snap society softwar solv sought speaker specy split spur steal steam stev strand stuck suit supporter surround
taiwan talent television terror tfc thoma throughout ticket tied tomorrow touch tough tourism tournament trail
trailer transform tre treasury tvpatrol_2020 twic twin ufc unemployment univers unlikely unusual utah van vessel
victorian viewer villag violat vladimir vow vulnerabl warner watchdog whol widespread wonder worri writer wrot xi
zero zon
""",
    15: """
150 2016 2017 2027 37 41 42 43 44 46 47 600 800 99 aaron abandon abc accelerat achiev ad adopt advis advocat
afghanistan afl aging album alexander aljazeera allianc although ambassador anc anc_earlyedition andy ann anticipat
antonio anxiety apartment application apply appoint ardern argentina arrival artemis atlantic aug bag ballot
baseball beautiful beauty begun behavior beirut beneath bizarr bon bottom bought boyfriend breaker breakthrough
breath brutal bureau busy caribbean chancellor chart chemical choos christopher circl civilian clark cloth cloud
colleagu collect collection color combin comeback comedy commercial commissioner committ communication compet
completely computer condemn consequenc consol conspiracy contest controversy conversation cor corp corporat counter
currency custom cycl dalla dan dating defy degre delta demonstration destination detention detroit diagnosis diego
differenc dinosaur disappear discussion disorder ditch divorc documentary dodger doh dos drew duchess duk editor
effectiv egg elderly eliminat elit email embrac employer empty enforc engag engin entertainment entry epic eric
erupt establish evacuation exactly examin excit expansion expectation expensiv explod explosiv factor fallen fallout
fever fewer firefighter flash flat fle flow forest fun funeral gap generat golf greenland guidanc guy hack hail hang
harm herald herself highway hik hint homeland hospitaliz hub hunter hurrican implement inch incredibl industrial
influencer initiativ institution intend interior internal investigator invit ipo ireland jack jackson jeff jeffrey
josh journal jury kansa kne knock laid lan languag largely lay layoff leg legacy legislation leo lewis lie listen
lived longtim louis loved maduro mal mall mandat mario marriag mary meant mileston minor mock mod morgan morrison
mortgag mostly mps ms multi mum muslim neighbor neighbour nick nicola observ oldest onto operator oppos orbit oregon
organisation oscar outdoor outlook outrag overall overhaul parad particularly patriot penalty pentagon photograph
playstation plenty plgyy1wyljumiic2ogtlhagxwcbpwixvjt pos pregnant prevention prisoner profil programm protein pub
punch pupil quick racing rail ramp ran rapid ray regard register repeat reshap resort resourc restart restrict
retirement reviv riot rob santa sarah saved scar scientific scrambl scrutiny selection seriously settl settlement
shark shield shooter shopper shortly shown sick silver simon skill skin slash smash smok snow solution sometim sony
spanish speculation spirit spotlight spy starmer starr statistic statu stick ston strang strength strengthen stretch
strict strip structur subject successful suddenly suicid supermarket sussex syria tabl tap telescop temporary
tennesse terrorist text therapy tiger tokyo ton tony tower trader traditional transmission transportation travell
travis trillion turkey tvpatrol2019 underway uniqu unrest urgent urging usa vaccinat venezuelan violation visa
vision vital volunteer voted wa wag warm warrior wast widely wilson wisconsin wish wood worsen younger youth
""",
    12: """
09 49 51 52 53 54 57 65 700 aboard abroad academy accusation acknowledg adapt advantag agenda aggressiv alaska
alcohol alzheimer anchor angry anthropic antibody apologiz apparent apparently arab argument assessment assist
assistanc assistant asteroid athlet attract auction audienc austin auto bacteria bail barr bat belong belov benjamin
beta bett bik blak blaz borrow brav brazilian brexit bright brisban broad bug bust cambridg carpet catholic caution
ceas charger chatgpt cheap chicken childhood christchurch clinic clinical clip clu coalition coffe collision column
comedian command commerc commitment complicat continent contribut controll cowboy creativ creatur criticis dahil dam
defensiv deficit defin democracy demonstrator depend deport deportation depression desert designer desperat dinner
diplomat diplomatic directly disappoint disruption dna doj dominic donat dow dragon dump easier either electricity
elizabeth employment enabl encounter entirely environmental error evacuat eve exam exec experiment exploration
extraordinary extremely faith falcon fam fatality fatally favor favourit feed fellow filing fined fiscal fit fleet
float flock ford forever forget fortun foundation freez friendly frozen frustrat gambl gat gemini genetic geographic
glob god gp grab greatest grew grim grocery grown gunman harder hawk headquarter heavily height helicopter henriqu
hiding hilari hindi hir hiring homeless hoping horoscop hors icon identity idf iii ilang illinois immediat impossibl
independenc indigenous initially inmat insider insight install intens interactiv invasion islamic jacinda jacob
jason jay jim jok jong jos joseph joy keir kelc kelly kent kentucky kirk kiss kit kitchen knowledg label laker
landmark lapd laptop larger latin legendary liberal licens liverpool locat lord louisiana lung mac macron magic
magnitud mamdani mandatory mansion master matchup matthew mcdonald meat medication mega merger meteor method mexican
min mineral mini mining minority mixed monthly moor movy muscl natgeosubscrib nativ ncaa nearby neck neighborhood
newsletter newspaper nominat nomination nrl obtain occurr oct oklahoma org outag outlet overwhelm oxford pa
participat partnership patrick pattern permanent personnel plastic plea plgyy1wyljumgfpr6cfm34cvfv_xewmu01 plot
poison pokemon possibility possibly postpon presenc presenter preserv pretty priority privacy proc prominent proof
prophesyagain prophesyagaintv protocol provider publicly publisher pursu puzzl qatar qb quiet quietly rag raider ram
rapidly rapper rating raw reader rebel rebound receiver recession refuge relativ relax religious rely remak renewal
rent repeatedly requirement responsibl reward rfk robot rooki root roster roughly sack saint sampl savedtoserv
savedtoserve_ seal seed seemingly sexually shadow shareholder shed sheet shelter shor shouldn showcas shower
significantly sing sink sitt slid slump smaller smartphon snl soccer solid sox spacecraft specific spokesman
spokesperson stall startup steady stolen stood storag stranger strategic strok stronger suburb sudden sued suing
suppos surpass surveillanc survival suspension suspicion sweden sweet swing takeover tally tank tanker teach teas
teenag temporarily terrify terrorism thailand theater tick tight tighten tory toxic traffick transfer transition
trapp traveler traveller trick tripl twist unabl undergo unknown upset vanc various vast venu visibl walmart weak
weaken wealth weekly wellington written yanke yard yes yield zelensky zoom
""",
    9: """
2015 56 58 acr addition afghan alter assess aviation basic bob buri carbon cav chelsea cleveland clock collin comb
complain conclud congo cooper corner cosmic crush deepen direction distribution downtown dry emission empir everyday
flagship fold frustration furious fury glimps graduat grappl greg gym hamilton hardwar immun inc indonesia inning
iraq jab jackpot jami jerom jewish jonathan kamala knif kremlin landscap laura loser macbook massachusett mix mourn
musician nancy nbc nightmar opponent outlin overturn pois preliminary repair resignation resolv respect reunit rural
sharply shin singaporean sixth slowly steel steven streak sugar superstar supplement sustain thunder tmz tragedy
tropical undermin unlock upper usual ventur ward wash web wildlif withdraw workplac wouldn yourself
""",
}
