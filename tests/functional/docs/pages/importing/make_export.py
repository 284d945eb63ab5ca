"""Write an export of Substack with two posts."""

import zipfile

ROWS = (
    "post_id,post_date,is_published,type,audience,title,subtitle\n"
    "1.trees,2026-10-09T09:00:00.000Z,true,newsletter,everyone,Counting every tree,\n"
    "2.models,2026-10-16T09:00:00.000Z,true,newsletter,everyone,Small models,\n"
)
with zipfile.ZipFile("substack-export.zip", "w") as archive:
    archive.writestr("posts.csv", ROWS)
    archive.writestr("posts/1.trees.html", "<p>The second count came out lower.</p>")
    archive.writestr("posts/2.models.html", "<p>A small network with a notebook.</p>")
