"""Planning that is killed before any line of it, as by `kill -9`.

    python tests/helpers/planning_kit.py DATABASE_URL SEND CHUNK_SIZE

plans the send in children that die, the first before the first line, the next a line later, each
going on where the last one stopped, until one comes to the end; prints how many died.
"""

import sys

from kill_kit import deaths

from mailer.database.engine import make_engine
from mailer.sending import planning
from mailer.sending.ledger import planning as queries
from mailer.sending.ledger import taking


def main() -> None:
    url, send_id, chunk_size = sys.argv[1:]
    planning.CHUNK_SIZE = int(chunk_size)

    def work() -> None:
        engine = make_engine(url)  # a child's own
        planning.plan(engine, int(send_id), batch_size=4)

    count = -1
    for _ in deaths(work, planning, queries, taking):
        count += 1
    sys.stdout.write(f"died {count}\n")


if __name__ == "__main__":
    main()
