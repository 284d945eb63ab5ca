"""The raw text of a newsletter to an issue, by the shape of its lines.

1. `clean` (beside this folder): bytes to lines.
2. `lines`: lines to paragraphs, wrapped lines joined.
3. `units`, `neighbours`: paragraphs to units, each a heading, prose, a link or a ruler.
4. `outline`: units to title, introduction, sections and closing (`head`, `contents`, `sections`,
   `closing`).
5. `items`: a section's units to items with kicker, title, link and summary.
6. `issue`, `blocks`: all of it to the issue's tree and file, with what a person has to look at.

`reading` runs these steps. They ask `marks`, `links`, `sentences`, `dates` and `phrases` what a
line is, `shapes` what several are. `letter` reads text that is no newsletter.
"""
