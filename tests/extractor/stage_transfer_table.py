"""How news tells each stage of a transfer of arms: sentences of our own by stage. Those that begin with # are headlines."""

SOUGHT = """
#Peru seeks Swedish fighter jets
#Peru wants Swedish fighter jets
#Peru mulls purchase of Swedish fighter jets
#Peru weighs buying fighter jets from Sweden
#Poland pushes Greece to send missiles to Moldova
#Morocco's bid to buy Spanish frigates
#Pressure grows on Germany to send tanks to Moldova
#Calls mount for Germany to send tanks to Moldova
Peru is looking to buy fighter jets from Sweden.
Peru has expressed interest in buying fighter jets from Sweden.
Kenya is negotiating the purchase of drones from Turkey.
Kenya hopes to acquire drones from Turkey next year.
Kenya is considering buying drones from Turkey.
Kenya's parliament is debating whether to buy drones from Turkey.
Moldova has repeatedly asked Romania for howitzers.
Moldova sent Romania a request for howitzers.
Senators called on Germany to send tanks to Moldova.
Estonia has been pressing Germany to supply Moldova with tanks.
Germany must send tanks to Moldova, an opposition lawmaker said.
Germany needs to send more tanks to Moldova.
Estonia wants Germany to give tanks to Moldova.
A push for Germany to send tanks to Moldova is under way.
"""

CONSIDERED = """
#Sweden mulls sending mortars to Georgia
#Sweden weighs mortar shipment to Georgia
#Sweden could send mortars to Georgia
#Sweden might sell fighter jets to Peru
#Sweden ponders sale of fighter jets to Peru
#Sweden leaves door open to sending mortars to Georgia
#Sweden not ruling out sending mortars to Georgia
#Sweden floats sending mortars to Georgia
#Sweden offers Peru fighter jets
#Sweden proposes selling fighter jets to Peru
#Sweden ready to send mortars to Georgia
#Sweden prepared to send mortars to Georgia
#Sweden considering sale of fighter jets to Peru
#Sweden split over sending mortars to Georgia
#Talk of Swedish mortars for Georgia grows
#Prospect of Swedish mortars for Georgia alarms Russia
#Possible Swedish sale of fighter jets to Peru
Sweden is discussing sending mortars to Georgia.
Sweden is studying whether to supply Georgia with mortars.
Sweden has not yet decided whether to supply Georgia with mortars.
Sweden said it was considering the delivery of mortars to Georgia.
Sweden signalled that it may supply Georgia with mortars.
Sweden is leaning towards sending mortars to Georgia.
Sweden is examining the possibility of sending mortars to Georgia.
Sweden has offered to sell fighter jets to Peru.
Sweden made an offer to supply fighter jets to Peru.
Sweden's proposed sale of fighter jets to Peru has critics.
A possible sale of Swedish fighter jets to Peru worries Chile.
Sweden would consider selling fighter jets to Peru, its premier said.
Sweden does not rule out sending mortars to Georgia.
Sweden has threatened to send mortars to Georgia.
Sweden is toying with the idea of sending mortars to Georgia.
Sweden hinted at sending mortars to Georgia.
Sweden said it stood ready to supply Georgia with mortars.
Should talks fail, Sweden would send mortars to Georgia.
The Swedish cabinet will discuss sending mortars to Georgia on Monday.
The Swedish cabinet is reviewing the sale of fighter jets to Peru.
Germany remains concerned about sending missiles to Moldova.
Germany could conceivably provide Moldova with rifles.
"""

AGREED = """
#Portugal to give Ghana patrol boats
#Portugal set to send rifles to Ghana
#Portugal poised to sell frigates to Ghana
#Portugal agrees to sell frigates to Ghana
#Portugal approves sale of frigates to Ghana
#Portugal clears sale of frigates to Ghana
#Portugal greenlights sale of frigates to Ghana
#Portugal gives green light to sale of frigates to Ghana
#Portugal waves through frigate sale to Ghana
#Portugal OKs frigate sale to Ghana
#Portugal pledges rifles for Ghana
#Portugal vows more military aid for Ghana
#Portugal promises Ghana frigates
#Portugal unveils military aid package for Ghana
#Portugal announces new military aid for Ghana
#Portugal signs deal to sell frigates to Ghana
#Ghana signs frigate deal with Portugal
#Ghana orders frigates from Portugal
#Ghana to buy Portuguese frigates
#Ghana to get Portuguese frigates
#Ghana to receive frigates from Portugal
#Ghana picks Portuguese frigates
#Ghana secures Portuguese frigates
#Portugal lifts ban on arms sales to Ghana
#Portugal resumes arms sales to Ghana
#Portugal ends freeze on arms sales to Ghana
#Portugal backs sending rifles to Ghana
Portugal is to supply Ghana with rifles.
Portugal is going to send rifles to Ghana.
Portugal is due to deliver the frigates to Ghana in May.
Portugal has committed to sending rifles to Ghana.
Portugal confirmed that it would send rifles to Ghana.
Portugal decided on Friday to arm Ghana with rifles.
Portugal will soon begin to supply Ghana with rifles.
Portugal gave the go-ahead for the sale of frigates to Ghana.
Portugal has authorised the export of rifles to Ghana.
Portugal intends to send rifles to Ghana.
Portugal granted a licence for the export of rifles to Ghana.
Portugal's parliament voted to send rifles to Ghana.
Ghana has ordered six frigates from Portugal.
Ghana and Portugal concluded an agreement on frigates.
Under the deal, Ghana will receive frigates from Portugal.
The frigates will be delivered to Ghana by Portugal in 2031.
Rifles promised to Ghana by Portugal are late.
The sale of frigates to Ghana was approved by Portugal.
A watchdog opposes the German sale of attack helicopters to Chad.
After a failed attempt to block the Belgian sale of drones to Chad, deputies left.
An unsuccessful attempt to halt the sale of Belgian drones to Chad cost her the seat.
"""

DELIVERED = """
#Eritrea ships rifles to Somalia
#Eritrea sends more rifles to Somalia
#Eritrea delivers rifles to Somalia
#Eritrean rifles arrive in Somalia
#First Eritrean rifles reach Somalia
#Eritrea supplied rifles to Somalia, UN says
#Somalia receives rifles from Eritrea
#Somalia takes delivery of Eritrean rifles
#Eritrea arming Somali rebels with rifles
#Eritrea accused of sending rifles to Somalia
#Eritrea donates rifles to Somalia
#Eritrea completes delivery of rifles to Somalia
Eritrea has shipped thousands of rifles to Somalia.
Eritrea has been arming Somalia with rifles for years.
Eritrea continues to supply Somalia with rifles.
Eritrea handed over 40 rifles to Somalia on Friday.
Eritrea secretly sold rifles to Somalia.
Eritrea started delivering rifles to Somalia in May.
Eritrea went on supplying rifles to Somalia.
The rifles had been sent to Somalia by Eritrea.
Somalia got the rifles from Eritrea.
Somalia has acquired rifles from Eritrea.
Somalia has received its first batch of rifles from Eritrea.
Eritrea's supply of rifles to Somalia worries Kenya.
Shipments of rifles from Eritrea to Somalia have doubled.
The flow of Eritrean rifles to Somalia goes on.
Deliveries of rifles to Somalia by Eritrea began in May.
Eritrea managed to send rifles to Somalia.
Eritrea admitted sending rifles to Somalia.
"""

HALTED = """
#Belgium halts arms sales to Chad
#Belgium freezes arms exports to Chad
#Belgium shelves sale of drones to Chad
#Belgium pauses military aid to Chad
#Belgium suspends arms licences for Chad
#Belgium bans arms exports to Chad
#Belgium scraps drone deal with Chad
#Belgium refuses to sell drones to Chad
#Belgium rules out sending drones to Chad
#Belgium pulls plug on drone sale to Chad
#Belgium won't send drones to Chad
#Belgium not to send drones to Chad
#Belgium stops short of sending drones to Chad
#Belgium fails to deliver drones to Chad
#Belgium delays delivery of drones to Chad
#Belgium puts drone sale to Chad on hold
#Belgium backs out of drone deal with Chad
#Belgium cuts off military aid to Chad
#Belgian court blocks arms exports to Chad
#Bid to halt Belgian arms sales to Chad
#Campaigners seek to stop Belgian arms sales to Chad
#No Belgian drones for Chad
#Belgium resists pressure to send drones to Chad
#Halt to Belgian arms sales to Chad
#Chad cancels order for Belgian drones
Belgium has no plans to send drones to Chad.
Belgium has no intention of supplying Chad with drones.
Belgium has so far refused to supply Chad with drones.
Belgium has not sent drones to Chad.
Belgium did not deliver the drones to Chad.
Belgium does not want to send drones to Chad.
Belgium will no longer supply drones to Chad.
Belgium is not considering sending drones to Chad.
Belgium is unwilling to supply Chad with drones.
Belgium has ceased supplying drones to Chad.
Belgium reversed its decision to sell drones to Chad.
Belgium called off the sale of drones to Chad.
Belgium is holding up a sale of drones to Chad.
Belgium put the sale of drones to Chad on ice.
Belgium turned down a request from Chad for drones.
Belgium stopped the export of drones to Chad.
Lawmakers moved to block the Belgian sale of drones to Chad.
The sale of drones to Chad by Belgium fell through.
The sale of Belgian drones to Chad was suspended.
Belgian arms sales to Chad have been frozen since May.
"""
