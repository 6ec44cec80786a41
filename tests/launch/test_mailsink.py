"""The demo's post box takes real SMTP."""

from __future__ import annotations

import re
import smtplib
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest

from launch import processes
from tests.launch.starting import ROOT, clean_environment, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(60)]


def test_a_mail_lands_as_a_file_whose_name_says_nothing_of_people(tmp_path: Path) -> None:
    port = processes.free_port()
    command = [sys.executable, "-P", "-m", "launch.mailsink", "--port", str(port), "--folder", str(tmp_path / "mail")]
    with subprocess.Popen(command, cwd=ROOT, env=clean_environment()) as sink:
        wait_for(lambda: not processes.port_is_free(port), what="the post box's opening")
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "a@a.example", "mia.private@b.example", "GH-1: due today"
        message["Message-ID"] = "<one@gatehouse.example>"
        message.set_content("Ŵ: see the link")
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            client.send_message(message)
            client.send_message(message)
        kept = sorted((tmp_path / "mail").iterdir())
        sink.terminate()
        assert sink.wait(timeout=10) == 0
    assert len(kept) == 2
    for file in kept:
        assert re.fullmatch(r"\d{8}T\d{12}Z-[0-9a-f]{8}\.eml", file.name)
        assert b"Message-ID: <one@gatehouse.example>" in file.read_bytes()
