"""File contents for tests of uploads."""

from __future__ import annotations

PDF = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
# In two parts; otherwise a scanner on the developer's machine would report this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD" + b"-ANTIVIRUS-TEST-FILE!$H+H*"
# Contents in formats that are not accepted.
OTHER_FORMATS = {
    "exe": b"MZ\x90\x00" + bytes(300),
    "elf": b"\x7fELF\x02\x01\x01" + bytes(300),
    "html": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
    "xhtml": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script/></html>',
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "script": b"#!/bin/sh\nrm -rf /\n",
    "php": b"<?php system($_GET['c']); ?>",
    "rar": b"Rar!\x1a\x07\x01\x00" + bytes(300),
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(300),
    "gzip": b"\x1f\x8b\x08\x00" + bytes(300),
    "gif": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    "old word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "eicar": EICAR,
    "text": "Chỉ là chữ".encode(),
    "zeros": bytes(500),
}
