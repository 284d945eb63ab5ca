"""A DNS server on this machine that knows what a test tells it."""

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset


@contextmanager
def dns_server(
    records: Mapping[str, Sequence[str]], *, rcode: int = dns.rcode.NXDOMAIN
) -> Iterator[None]:
    """Answer questions of this process for TXT or MX from `records`; others with `rcode`.

    Args:
        records: by "NAME TYPE", as "a.example TXT"; each a record in the form of a zone file.
        rcode: for names that are not there.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_serve, args=(server, records, rcode), daemon=True)
        thread.start()
        before = dns.resolver.default_resolver
        ours = dns.resolver.Resolver(configure=False)
        ours.nameservers, ours.port = ["127.0.0.1"], server.getsockname()[1]
        dns.resolver.default_resolver = ours
        try:
            yield
        finally:
            dns.resolver.default_resolver = before
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ender:
                ender.sendto(b"", server.getsockname())
            thread.join()


def _serve(server: socket.socket, records: Mapping[str, Sequence[str]], rcode: int) -> None:
    while True:
        data, whence = server.recvfrom(4096)
        if not data:
            return
        question = dns.message.from_wire(data)
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        asked = question.question[0]
        name = asked.name.to_text(omit_final_dot=True).lower()
        found = records.get(f"{name} {dns.rdatatype.to_text(asked.rdtype)}")
        if found:
            answer.answer.append(
                dns.rrset.from_text_list(asked.name, 60, "IN", asked.rdtype, found)
            )
        elif not any(known.split()[0] == name for known in records):
            answer.set_rcode(dns.rcode.Rcode(rcode))
        server.sendto(answer.to_wire(), whence)
