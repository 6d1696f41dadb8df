"""Sentences of our own and the time each tells: START END GRANULARITY, the end not included. Published on Wednesday, 18 March 2026 unless said."""

from datetime import date

PUBLISHED = date(2026, 3, 18)

TIMES = """
On Tuesday the talks ended.|2026-03-17 2026-03-18 day
The talks ended Wednesday.|2026-03-18 2026-03-19 day
They met on Thursday.|2026-03-12 2026-03-13 day
The council will vote on Thursday.|2026-03-19 2026-03-20 day
The council will vote on Wednesday.|2026-03-18 2026-03-19 day
The vote is due Monday.|2026-03-23 2026-03-24 day
He told reporters on Friday they would go.|2026-03-13 2026-03-14 day
The plane is to land on Monday morning.|2026-03-23 2026-03-24 day
The ship sailed last Friday.|2026-03-13 2026-03-14 day
The ship sailed last Wednesday.|2026-03-11 2026-03-12 day
The ship leaves next Wednesday.|2026-03-25 2026-03-26 day
The ship leaves this Friday.|2026-03-20 2026-03-21 day
It must be gone by Friday.|2026-03-18 2026-03-21 period
It has been closed since Monday.|2026-03-16 2026-03-19 period
The ship came yesterday.|2026-03-17 2026-03-18 day
The ship comes tomorrow.|2026-03-19 2026-03-20 day
The ship came today.|2026-03-18 2026-03-19 day
The ship came this morning.|2026-03-18 2026-03-19 day
The ship came last night.|2026-03-17 2026-03-18 day
The ship came the day before yesterday.|2026-03-16 2026-03-17 day
The ship comes the day after tomorrow.|2026-03-20 2026-03-21 day
It sails tonight.|2026-03-18 2026-03-19 day
It was shelled overnight.|2026-03-17 2026-03-19 period
It ended last week.|2026-03-09 2026-03-16 week
It ends this week.|2026-03-16 2026-03-23 week
It ends next week.|2026-03-23 2026-03-30 week
It ended earlier this week.|2026-03-16 2026-03-19 period
It will end later this week.|2026-03-19 2026-03-23 period
They met over the weekend.|2026-03-14 2026-03-16 week
They met last weekend.|2026-03-14 2026-03-16 week
They meet next weekend.|2026-03-28 2026-03-30 week
It ended last month.|2026-02-01 2026-03-01 month
It ends next month.|2026-04-01 2026-05-01 month
It ended earlier this month.|2026-03-01 2026-03-19 period
It will end later this month.|2026-03-19 2026-04-01 period
It ends by the end of the month.|2026-03-18 2026-04-01 period
It ended late last month.|2026-02-19 2026-03-01 period
It ended in early March.|2026-03-01 2026-03-11 period
It ended in January.|2026-01-01 2026-02-01 month
It ended in September.|2025-09-01 2025-10-01 month
It will end in September.|2026-09-01 2026-10-01 month
It opens in April.|2026-04-01 2026-05-01 month
It ended in March.|2026-03-01 2026-04-01 month
It ended last September.|2025-09-01 2025-10-01 month
It ended last March.|2025-03-01 2025-04-01 month
It opens next March.|2027-03-01 2027-04-01 month
It must open by June.|2026-03-18 2026-07-01 period
It has run since December.|2025-12-01 2026-03-19 period
It ended in May.|2025-05-01 2025-06-01 month
It may end in May.|2026-05-01 2026-06-01 month
It will end by May.|2026-03-18 2026-06-01 period
It ended in September 2019.|2019-09-01 2019-10-01 month
It ended in Sept. 2019.|2019-09-01 2019-10-01 month
IT ENDED IN MARCH 2019|2019-03-01 2019-04-01 month
It ended in April last year.|2025-04-01 2025-05-01 month
It opens in April next year.|2027-04-01 2027-05-01 month
It was built between March and June 2024.|2024-03-01 2024-07-01 period
It ended on 3 March.|2026-03-03 2026-03-04 day
It ended on 3 June.|2025-06-03 2025-06-04 day
They decided to let it lapse on 3 April.|2026-04-03 2026-04-04 day
It will end on 3 April.|2026-04-03 2026-04-04 day
It ended on the 3rd of March.|2026-03-03 2026-03-04 day
It ended on March 3, 2025.|2025-03-03 2025-03-04 day
It ended on Monday, March 3, 2025.|2025-03-03 2025-03-04 day
It ended on Mon, 3 Mar 2025.|2025-03-03 2025-03-04 day
It ended on December 22, last year.|2025-12-22 2025-12-23 day
It broke due to the fall of a tree in August.|2025-08-01 2025-09-01 month
It ended late Monday night.|2026-03-16 2026-03-17 day
It ended March 3rd.|2026-03-03 2026-03-04 day
It ended on Dec. 30.|2025-12-30 2025-12-31 day
It ends on Dec. 30, 2026.|2026-12-30 2026-12-31 day
It ran on 3-7 March 2025.|2025-03-03 2025-03-08 period
It ran March 3-7.|2026-03-03 2026-03-08 period
It ended on 2025-03-03.|2025-03-03 2025-03-04 day
It ended on 28/03/2024.|2024-03-28 2024-03-29 day
It ended on 03/28/2024.|2024-03-28 2024-03-29 day
It ended in 2019.|2019-01-01 2020-01-01 year
It will open in 2030.|2030-01-01 2031-01-01 year
It will open by 2027.|2026-03-18 2028-01-01 period
It will open before 2028.|2026-03-18 2028-01-01 period
They extended it until July 31.|2026-03-18 2026-08-01 period
It will run until 2030.|2026-03-18 2031-01-01 period
It will open no later than 2029.|2026-03-18 2030-01-01 period
It has run since 2022.|2022-01-01 2026-03-19 period
It opened in early 2025.|2025-01-01 2025-05-01 period
It opened in mid-2025.|2025-05-01 2025-09-01 period
It opened in late 2025.|2025-09-01 2026-01-01 period
It opened at the end of 2025.|2025-12-01 2026-01-01 month
It opened at the beginning of 2025.|2025-01-01 2025-02-01 month
It opened in the middle of 2025.|2025-05-01 2025-09-01 period
It will open by the end of 2027.|2026-03-18 2028-01-01 period
It will open by the end of next year.|2026-03-18 2028-01-01 period
It will open by the end of the year.|2026-03-18 2027-01-01 period
It will open at the end of the year.|2026-12-01 2027-01-01 month
It will open by year-end.|2026-03-18 2027-01-01 period
It ran from 2014 to 2018.|2014-01-01 2019-01-01 period
It ran in 2014-18.|2014-01-01 2019-01-01 period
It ran between 2014 and 2018.|2014-01-01 2019-01-01 period
It ended last year.|2025-01-01 2026-01-01 year
It ends this year.|2026-01-01 2027-01-01 year
It ends next year.|2027-01-01 2028-01-01 year
It will end later this year.|2026-03-19 2027-01-01 period
It ended earlier this year.|2026-01-01 2026-03-19 period
They sank four so far this year.|2026-01-01 2026-03-19 period
It ended late last year.|2025-09-01 2026-01-01 period
It has run since early last year.|2025-01-01 2026-03-19 period
It opens in the second half of 2026.|2026-07-01 2027-01-01 half
It opened in the first half of last year.|2025-01-01 2025-07-01 half
It opens in H2 2026.|2026-07-01 2027-01-01 half
It opens in the third quarter of 2026.|2026-07-01 2026-10-01 quarter
It opened in the final quarter of 2025.|2025-10-01 2026-01-01 quarter
It opened in Q3 2025.|2025-07-01 2025-10-01 quarter
It opened last quarter.|2025-10-01 2026-01-01 quarter
It opens next quarter.|2026-04-01 2026-07-01 quarter
It opened in the summer of 2024.|2024-06-01 2024-09-01 quarter
It opened last summer.|2025-06-01 2025-09-01 quarter
It opens this summer.|2026-06-01 2026-09-01 quarter
It opens next spring.|2027-03-01 2027-06-01 quarter
It opens by autumn.|2026-03-18 2026-12-01 period
It opened last fall.|2025-09-01 2025-12-01 quarter
It opened in the 1990s.|1990-01-01 2000-01-01 decade
It opened in the early 1990s.|1990-01-01 1993-05-01 period
It opened in the '90s.|1990-01-01 2000-01-01 decade
It ended last decade.|2010-01-01 2020-01-01 decade
It will open by the end of the decade.|2026-03-18 2030-01-01 period
It ended two years ago.|2024-01-01 2025-01-01 year
It ended a year ago.|2025-01-01 2026-01-01 year
It ended three months ago.|2025-12-01 2026-01-01 month
It ended a week ago.|2026-03-09 2026-03-16 week
It ended 10 days ago.|2026-03-08 2026-03-09 day
It ended a couple of weeks ago.|2026-03-02 2026-03-09 week
It ended a decade ago.|2010-01-01 2020-01-01 decade
It ended several years ago.|2017-03-18 2024-03-19 period
They sank four over the past 17 months.|2024-10-18 2026-03-19 period
They sank four over the past week.|2026-03-11 2026-03-19 period
They sank four in the last year.|2025-03-18 2026-03-19 period
On Thursday they vowed to sink four.|2026-03-12 2026-03-13 day
They vowed to sink four on Thursday.|2026-03-19 2026-03-20 day
They sank four in the last two years.|2024-03-18 2026-03-19 period
They sank four in recent weeks.|2026-01-14 2026-03-19 period
They will sink four over the next three years.|2026-03-18 2029-03-19 period
They will sink four in the coming weeks.|2026-03-18 2026-05-21 period
They will leave within 30 days.|2026-03-18 2026-04-18 period
They will leave in two weeks.|2026-03-30 2026-04-06 week
""".strip()

# No time at all: modals and verbs, names, numbers, models, codes, and what depends on another event.
TRAPS = """
The council may vote.
May I ask who pays?
They may march on the palace.
The march on the palace failed.
March on the palace, he told them.
An august company sat down.
Choe Sun Hui sat down.
Sun Tzu wrote a book.
The sun shone on the port.
They sat in the port.
Theresa May sent a ship.
The Sunday Times wrote of it.
It was told in the Mail on Sunday.
The Good Friday Agreement holds.
Black Friday sales were slow.
Friday prayers were held.
April Jones was there.
June Smith bought it.
They sent 2,000 tanks.
They sent 2000 tanks.
It cost $2019.
It cost 2019.50 euros.
In 2000 tanks were parked.
Su-30 jets flew.
Resolution 2231 was passed.
The F-2020 flew.
The AK-2019 is heavy.
The law of 9/11 stays.
It is open 24/7.
A 1995-mile march began.
The second quarter of the field burnt.
The fall of the city came.
They won in spring water.
He works for the week paper.
The year was long.
It ended on 31 June 2025.
It ended two thousand decades ago.
They left after 2019.
It came on 03/04/2024.
The version 2024.1 is out.
One in two weeks of rain.
""".strip()

OTHER_DAYS = [
    (date(2024, 2, 29), "It ended a year ago.", "2023-01-01 2024-01-01 year"),
    (date(2024, 2, 29), "It ended last month.", "2024-01-01 2024-02-01 month"),
    (date(2024, 2, 29), "They sank four over the past 12 months.", "2023-02-28 2024-03-01 period"),
    (date(2024, 3, 31), "They sank four over the past month.", "2024-02-29 2024-04-01 period"),
    (date(2026, 1, 15), "It ended last winter.", "2024-12-01 2025-03-01 quarter"),
    (date(2026, 1, 15), "It opens next winter.", "2026-12-01 2027-03-01 quarter"),
    (date(2025, 1, 1), "It ended yesterday.", "2024-12-31 2025-01-01 day"),
    (date(2025, 1, 1), "It ended last quarter.", "2024-10-01 2025-01-01 quarter"),
    (date(2025, 1, 1), "It ended in December.", "2024-12-01 2025-01-01 month"),
    (date(2025, 12, 31), "It will end later this year.", "2025-01-01 2026-01-01 year"),
    (date(2025, 12, 31), "It opens in January.", "2026-01-01 2026-02-01 month"),
    (date(2025, 12, 31), "It will open on 2 January.", "2026-01-02 2026-01-03 day"),
]

# The trigger in stars, and the words that tell its time, or nothing.
OF_ACTS = """
Norland *delivered* howitzers to Sudmark in 2019.|in 2019
In 2019 Norland *delivered* howitzers to Sudmark.|In 2019
Norland will *deliver* howitzers to Sudmark by 2027.|by 2027
Norland *delivered* howitzers in March and will send more by June.|in March
Norland delivered howitzers in March and will *send* more by June.|by June
The ministry said on Monday that Norland had *delivered* howitzers.|
The ministry said on Monday Norland had *delivered* howitzers in May 2025.|in May 2025
Norland *delivered* howitzers, the ministry said on Monday.|
Norland, which left the union in 2020, *sold* howitzers to Sudmark.|
Norland *sold* howitzers to Sudmark, which left the union in 2020.|
Norland *sent* howitzers ordered in 2023.|
Norland *sold* howitzers after the war of 2020 ended.|
A 2017 arms *deal* with Sudmark stands.|2017
The 2017 war did not stop the *sale* of howitzers.|
Norland *imposed* sanctions on Sudmark on Monday.|on Monday
On Monday, Norland *imposed* sanctions on Sudmark.|On Monday
Sanctions against Sudmark were *extended* until July 31.|until July 31
Last month the minister said Norland had *sold* howitzers.|
Norland called for *sanctions* over its Feb. 12 test.|
Norland has *sent* howitzers, and this month its minister went home.|
Norland votes in May, and its rivals *threaten* sanctions.|
Norland was *sanctioned* for bombing a port in 2015.|
Norland was invaded a year ago, prompting others to *send* weapons.|
Despite being *sanctioned*, Norland grew this year.|
The *sale* of howitzers is told in an inquiry from 2022.|
Norland *sends* howitzers; Sudmark was attacked in 2020.|
Monday's *sale* of howitzers was the largest.|
""".strip()
