"""Sentences of our own, and who is read on either side. A title, or a title and a text after ``||``; a line per act: giver > taker."""

TRANSFERS = [
    # one act: the text tells what the title says
    ("Portugal agrees to sell howitzers to Iceland || Portugal may sell 24 howitzers to Iceland, its ministry said.", ["PT > IS"]),
    ("Chile sends tanks to Peru || Chile on Friday refused to send further tanks to Peru.", ["CL > PE", "CL > PE"]),
    # the title names who gets it, and nobody else who would
    ("What the halt means for Estonia || A halt to Swedish supplies of mortars is a blow, a minister said.", ["SE > EE"]),
    ("Peru gets serious about its borders || Its budget would grow if Chile could ship the rifles.", ["CL > PE"]),
    ("Peru and Bolivia talk || Chile could ship the rifles, a minister said.", []),
    ("Peru talks || Chile sent fighter jets to watch the border, a minister said.", []),
    # not who is only talked with, and not who only said so
    ("Chile ends talks with Peru and Bolivia vows to buy Brazilian rifles", ["BR > BO"]),
    # not who is only acted on
    ("Ports in Peru are used to smuggle rifles from Chile, police said.", []),
    ("Missile warning sent to Peru as Chile war sparks panic", []),
    ("Peru accuses Chile of hiding a shipment of US-made rifles to Bolivia", ["CL > BO"]),
    ("U.S.-supplied missiles bound for Peru arrived late.", ["US > PE"]),
    ("Chile follows Brazil in sending tanks to Peru", ["CL > PE"]),
    ("Chile diverts missiles to support Peru", ["CL > PE"]),
    ("Chile sends missiles to sink Peruvian ships", []),
    # what is given in the passive has two objects
    ("Peru was given howitzers by Chile", ["CL > PE"]),
    ("Peru was promised ten tanks by Chile", ["CL > PE"]),
    ("Peru was supplied with howitzers by Chile", ["CL > PE"]),
    # whose company it is
    ("Poland received torpedoes from Sweden's Saab.", ["Saab > PL"]),
]  # fmt: skip

SANCTIONS = [
    # one act
    ("Norway sanctions Paraguay || Norway said on Monday it would impose sanctions on Paraguay over forests.", ["NO > PY"]),
    # whose sanctions hit somebody
    ("Norway hit by Chinese sanctions", ["CN > NO"]),
    # whom a phrase is about
    ("Canada lifts sanctions on Venezuela's acting president Delcy Rodríguez", ["CA > Delcy Rodriguez"]),
    ("Canada imposes sanctions on China's Huawei", ["CA > Huawei"]),
    ("Canada imposes sanctions on relatives of Putin", ["CA > relatives of Putin"]),
    ("Norway backs new sanctions on Belarus and American sanctions on Iran", ["NO > BY", "US > IR"]),
    # who is under them
    ("Both Belarus and Iran are under EU sanctions.", ["European Union > BY", "European Union > IR"]),
    ("Andean Shipping has been the target of US sanctions since 2011.", ["US > Andean Shipping"]),
    ("Belarus is already subject to a raft of European sanctions.", ["European Union > BY"]),
    ("Timber trader in Paraguay hit by Canadian sanctions", ["CA > Timber trader in Paraguay"]),
    ("How Belarus pays its bills || Shops are empty as sanctions squeeze the economy.", ["? > BY"]),
    ("Belarusians look for work abroad to escape sanctions", ["? > BY"]),
    ("How Peru pays its bills || Shops are empty as sanctions squeeze the economy.", []),
    ("Mr Lima, a trader, spoke as new EU sanctions on Belarus hit shops.", ["European Union > BY"]),
    ("New EU sanctions on Belarus 'unprecedented'", ["European Union > BY"]),
    # who does it, by a participle or in a list
    ("Chile's president Gabriel Boric signs decrees imposing sanctions on Belarus", ["CL > BY"]),
    ("Switzerland follows Norway in sanctioning Belarus", ["CH > BY"]),
    ("Fatou Bensouda is among those sanctioned by the US", ["US > Fatou Bensouda"]),
    ("Sanctioned by Norway, Rosneft sold its tankers.", ["NO > Rosneft"]),
    ("Canada added Hezbollah to its list of foreign terrorist organisations", ["CA > Hezbollah"]),
    ("Canada adds three Serbian firms to its sanctions list", ["CA > three Serbian firms"]),
    ("Canada sanctions popular singer \"El Condor\" over ties to a cartel", ["CA > El Condor"]),
    ("EU blacklists 14 Syrian officials", ["European Union > 14 Syrian officials"]),
    ("Canada sanctions Rosneft and Lukoil", ["CA > Rosneft", "CA > Lukoil"]),
    ("Canada's sanctions on Kremlin allies hurt trade", ["CA > Kremlin allies"]),
    ("Norway freezes the assets of Serbian banks", ["NO > Serbian banks"]),
    ("UK slaps asset freezes on Georgian judges", ["GB > Georgian judges"]),
    ("Treasury hits Iranian network with sanctions", ["US Treasury > Iranian network"]),
    # "sanctioned" as an adjective
    ("Portugal intercepts sanctioned tanker off Madeira", ["PT > tanker"]),
    ("India seizes sanctioned shadow fleet tankers", ["IN > shadow fleet tankers"]),
    ("A sanctioned Cambodian bank shut its branches as Portugal looked on.", ["? > Cambodian bank"]),
    ("Hezbollah, a US-sanctioned group, spoke in Lisbon.", ["US > Hezbollah"]),
    # who only speaks of them
    ("Rwanda's foreign ministry said the sanctions would not end the war.", []),
]  # fmt: skip
