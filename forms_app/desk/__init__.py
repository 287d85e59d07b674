"""One-stop desk (bộ phận một cửa): queue, dossier, acts, printed papers, figures."""
