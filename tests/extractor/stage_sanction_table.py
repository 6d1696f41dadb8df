"""How news tells each stage of a sanction: sentences of our own by stage. Those that begin with # are headlines."""

CALLED_FOR = """
#Latvia urges EU to sanction Belarus
#Latvia calls for EU sanctions on Belarus
#Latvia wants tougher EU sanctions on Belarus
#Latvia pushes for EU sanctions on Belarus
#Latvia presses EU to impose sanctions on Belarus
#Calls grow for EU sanctions on Belarus
#Calls mount for EU to sanction Belarus
#EU under pressure to sanction Belarus
#EU urged to impose sanctions on Belarus
#EU told to lift sanctions on Belarus
#EU must sanction Belarus, says Latvia
#Belarus demands end to EU sanctions
#Belarus seeks lifting of EU sanctions
#Time for EU to sanction Belarus
#Belarus asks EU to ease sanctions
Latvia has been lobbying the EU to sanction Belarus.
Latvia appealed to the EU for sanctions against Belarus.
Latvia's appeal for EU sanctions against Belarus found support.
A group of lawmakers demanded that the EU impose sanctions on Belarus.
Campaigners want the EU to put sanctions on Belarus.
The EU ought to impose sanctions on Belarus, Latvia said.
The EU should lift its sanctions on Belarus, Serbia said.
Latvia recommended EU sanctions on Belarus.
Latvia's call for EU sanctions on Belarus was ignored.
Latvia is campaigning for EU sanctions against Belarus.
Latvia said it was time for the EU to impose sanctions on Belarus.
Serbia appealed for EU sanctions relief for Belarus.
Serbia hopes to persuade Canada to suspend its trade embargo on Serbia.
"""

THREATENED = """
#Britain threatens sanctions on Georgia
#Britain mulls sanctions on Georgia
#Britain weighs sanctioning Georgian judges
#Britain eyes fresh sanctions on Georgia
#Britain vows sanctions on Georgia
#Britain ready to sanction Georgia
#Britain prepared to impose sanctions on Georgia
#Britain set to impose sanctions on Georgia
#Britain poised to sanction Georgian judges
#Britain to sanction Georgian judges
#Britain considers new sanctions on Georgia
#Britain warns Georgia of sanctions
#Britain prepares sanctions against Georgia
#Britain signals sanctions on Georgia
#Britain proposes sanctions on Georgia
#Britain plans fresh round of sanctions on Georgia
#Britain drafts sanctions against Georgia
#Fresh British sanctions loom for Georgia
#Threat of British sanctions hangs over Georgia
#Georgia faces threat of British sanctions
#Georgia braces for British sanctions
#Georgia fears British sanctions
#Georgia risks British sanctions
#Georgia could face British sanctions
#British lawmakers pass bill to sanction Georgia
#US House passes bill to sanction Georgian judges
#US Senate backs sanctions bill on Georgia
#US senators unveil bill to impose sanctions on Georgia
#US senators push bill to sanction Georgian judges
#Draft UN resolution would impose sanctions on Georgia
#UN to vote on sanctions against Georgia
#EU closes in on sanctions against Georgia
#EU nears agreement on Georgia sanctions
#British sanctions on Georgia on the table
#Talk of British sanctions on Georgia
#Prospect of British sanctions on Georgia rises
Britain is threatening to impose sanctions on Georgia.
Britain is about to impose sanctions on Georgia.
Britain is working on new sanctions against Georgia.
Britain is discussing sanctions on Georgia.
Britain is expected to announce sanctions on Georgia on Monday.
Britain intends to sanction Georgian judges.
Britain will impose sanctions on Georgia if the vote is rigged.
Britain said it would not hesitate to impose sanctions on Georgia.
Britain is preparing a package of sanctions against Georgia.
Britain has not ruled out sanctions against Georgia.
Britain promised to tighten sanctions on Georgia.
Britain has warned that it may freeze the assets of Georgian judges.
Unless the vote is repeated, Britain will sanction Georgia.
Ministers will discuss British sanctions against Georgia on Friday.
Georgia may be hit by British sanctions.
The bill would require Britain to impose sanctions on Georgia.
The possibility of British sanctions on Georgia was raised.
Canada weighs whether to impose additional, broader sanctions on Serbia.
Some senators are intent on passing American sanctions on Serbia.
Further Canadian sanctions on Serbia are being held in reserve.
Meddling would be met with more severe Canadian sanctions on Serbia.
New Canadian sanctions on Serbia would hurt its banks.
"""

IMPOSED = """
#Japan slaps sanctions on Myanmar
#Japan hits Myanmar with sanctions
#Japan unveils sanctions on Myanmar
#Japan tightens sanctions on Myanmar
#Japan imposes fresh sanctions on Myanmar
#Japan blacklists Myanmar generals
#Japan expands sanctions on Myanmar
#Japan adopts new round of sanctions against Myanmar
#Japan freezes assets of Myanmar generals
#Japan announces further sanctions on Myanmar
#Japan ramps up sanctions on Myanmar
#Japan steps up sanctions against Myanmar
#Japan piles more sanctions on Myanmar
#Japan agrees sanctions on Myanmar
#Japan joins sanctions on Myanmar
#Japan approves new sanctions on Myanmar
#Myanmar hit with Japanese sanctions
#Myanmar generals sanctioned by Japan
#New Japanese sanctions on Myanmar
#Japan's new sanctions target Myanmar generals
#UN sanctions on Myanmar snap back
#UN votes to impose sanctions on Myanmar
#Japan signs off on sanctions against Myanmar
#Japan rolls out sanctions on Myanmar
#Japan reinstates sanctions on Myanmar
#Japan takes aim at Myanmar with new sanctions
#Japanese sanctions on Myanmar take effect
Japan has imposed sanctions on Myanmar.
Japan on Tuesday sanctioned two Myanmar generals.
Japan added Myanmar generals to its sanctions list.
Japan responded with sanctions on Myanmar.
Japan retaliated by imposing sanctions on Myanmar.
Japan decided to impose sanctions on Myanmar.
Sanctions on Myanmar were announced by Japan on Tuesday.
Japanese sanctions on Myanmar came into force on Tuesday.
The Japanese cabinet approved a package of sanctions against Myanmar.
Japan's imposition of sanctions on Myanmar drew protests.
Japan brought in sanctions against Myanmar after the coup.
Myanmar condemned new Japanese sanctions.
Myanmar protested after Japan imposed sanctions on it.
The Canadian president signed a bill for sanctions on Serbia.
#Canadian president signs bill for sanctions on Serbia
Canadian sanctions on Serbia announced on Monday hit its banks.
Serbia deplores the sanctions imposed this week by Canada.
"""

IN_FORCE = """
#Cuba reels under US sanctions
#Cuban economy crippled by US sanctions
#Cuban banks struggle under US sanctions
#US sanctions bite in Cuba
#US sanctions cripple Cuba
#US extends sanctions on Cuba
#US renews sanctions on Cuba
#US keeps sanctions on Cuba in place
#US prolongs sanctions on Cuba
#US upholds Cuba sanctions
#US maintains sanctions on Cuba
#US enforces sanctions on Cuba
#US sanctions on Cuba remain
#US refuses to lift sanctions on Cuba
#US won't ease sanctions on Cuba
#US rules out lifting sanctions on Cuba
#No US sanctions relief for Cuba
#Cuba slams US sanctions
#Cuba denounces US sanctions
#Despite US sanctions, Cuba buys oil
#Cuba hurt by US sanctions
Cuba has been under US sanctions for decades.
Cuba, which is under US sanctions, buys oil from Algeria.
Cuba is subject to US sanctions.
Cuba remains under US sanctions.
Existing US sanctions on Cuba hamper trade.
Crippling US sanctions have battered Cuba.
US sanctions against Cuba have been in place since 1962.
US sanctions on Cuba are still in force.
US sanctions imposed on Cuba in 1962 hamper trade.
US sanctions prevent Cuba from buying oil.
Cuba blamed US sanctions for its blackouts.
Cuba is suffering from US sanctions.
Cuba has lost billions because of US sanctions.
Trade with Cuba is restricted by US sanctions.
The US has not lifted its sanctions on Cuba.
The US has no plans to lift sanctions on Cuba.
The US voted to extend its sanctions on Cuba.
The US seized a tanker under its sanctions on Cuba.
The impact of US sanctions on Cuba is severe.
Canada and Norway agreed to extend sanctions on Serbia.
Serbian Steel is still sanctioned by Canada.
Canadian sanctions on Serbia were designed to punish its generals.
The bill would prohibit the president from suspending American sanctions on Serbia.
A failed bid to lift EU sanctions on Belarus ended on Monday.
#Sanctioned by EU, Belarusian airline opens route to Oman
"""

EASED = """
#Norway lifts sanctions on Syria
#Norway eases sanctions on Syria
#Norway waives sanctions on Syria
#Norway suspends sanctions on Syria
#Norway drops sanctions against Syria
#Norway to lift sanctions on Syria
#Norway may ease sanctions on Syria
#Norway weighs lifting sanctions on Syria
#Norway moves to ease sanctions on Syria
#Norway scraps sanctions on Syria
#Norway grants Syria sanctions relief
#Norway offers Syria sanctions relief
#Norway removes Syrian bank from sanctions list
#Norway delists Syrian bank
#Norway unfreezes Syrian assets
#Norway rolls back sanctions on Syria
#Norway ends sanctions on Syria
#Syrian bank freed from Norwegian sanctions
#Syria wins relief from Norwegian sanctions
#Norway agrees to lift sanctions on Syria
#Norway lets sanctions on Syria lapse
#Norway set to lift sanctions on Syria
#End of Norwegian sanctions on Syria
#Lifting of Norwegian sanctions on Syria hailed
Norway has lifted most of its sanctions on Syria.
Norway decided to suspend its sanctions on Syria.
Norway promised to lift its sanctions on Syria.
Norway is considering easing its sanctions on Syria.
Norway said it would lift sanctions on Syria.
Norway has issued a waiver of its sanctions on Syria.
Norwegian sanctions on Syria were lifted in May.
Norwegian sanctions on Syria expired in May.
Norwegian sanctions on Syria will be eased gradually.
Norway's easing of sanctions on Syria was welcomed.
Norway's decision to lift sanctions on Syria was welcomed.
Syria was exempted from the Norwegian sanctions.
Norway delayed its sanctions on Syria by a month.
Norway is ready to lift its sanctions on Syria.
Under the deal Canada would gradually lift sanctions on Serbia.
Canada wants a deal with Serbia that lifts Canadian economic sanctions on Serbia.
Canada would reduce crippling sanctions on Serbia.
"""

REFUSED = """
#Hungary blocks EU sanctions on Belarus
#Hungary vetoes EU sanctions on Belarus
#Hungary rejects EU sanctions on Belarus
#Hungary opposes EU sanctions on Belarus
#Hungary holds up EU sanctions on Belarus
#EU rules out sanctions on Serbia
#EU declines to impose sanctions on Serbia
#EU refuses to sanction Serbia
#EU stops short of sanctions on Serbia
#EU stops short of sanctioning Serbia
#EU fails to agree on sanctions against Serbia
#EU won't sanction Serbia
#EU not to impose sanctions on Serbia
#No EU sanctions on Serbia
#EU balks at sanctions on Serbia
#EU backs away from sanctions on Serbia
#Russia vetoes UN sanctions on Mali
The EU has no plans to sanction Serbia.
The EU has no plans to impose sanctions on Serbia.
The EU has no intention of imposing sanctions on Serbia.
The EU has not imposed sanctions on Serbia.
The EU did not impose sanctions on Serbia.
The EU will not impose sanctions on Serbia.
The EU is not considering sanctions on Serbia.
The EU has so far refrained from imposing sanctions on Serbia.
The EU could not agree on sanctions against Serbia.
EU sanctions on Serbia were blocked by Hungary.
Hungary voted against EU sanctions on Serbia.
Hungary is against EU sanctions on Serbia.
Hungary's veto of EU sanctions on Belarus angered Latvia.
The EU decided against sanctions on Serbia.
The EU ruled out imposing sanctions on Serbia.
The EU dropped plans to sanction Serbia.
#Security Council rejects Canadian bid to extend embargo on Serbia
An unsuccessful attempt to impose EU sanctions on Belarus cost Latvia time.
"""

VIOLATED = """
#Iran evades US sanctions
#Iran skirts US sanctions with ghost fleet
#Iran dodges US sanctions
#Iran defies US sanctions
#Iran flouts US sanctions
#Iran busts US sanctions
#Iran breaches UN sanctions
#Iran accused of dodging US sanctions
#Iran finds ways around US sanctions
#How Iran gets around US sanctions
#Iran circumvents US sanctions via Turkey
#Turkish firm helped Iran evade US sanctions
#Iran ships oil in breach of US sanctions
#Iran sells oil in defiance of US sanctions
#Iran sidesteps US sanctions
#Iran beats US sanctions
Iran has been evading US sanctions for years.
Iran used front companies to evade US sanctions.
Iran is trying to get around US sanctions.
Iran sold oil in violation of US sanctions.
Iran broke US sanctions by selling oil.
Iran managed to bypass US sanctions.
Iran's evasion of US sanctions goes on.
US sanctions were violated by Iran.
US sanctions have been circumvented by Iran.
Iran was caught breaching UN sanctions.
Iran exploited loopholes in US sanctions.
A bank was fined for helping Iran evade US sanctions.
Iran uses crypto to sidestep US sanctions.
A network used by Iran to dodge US sanctions was exposed.
"""
