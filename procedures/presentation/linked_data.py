"""A procedure in the words of schema.org, for machines that read pages."""

from __future__ import annotations

from typing import Any

from procedures.choices import AudienceCode
from procedures.presentation.reading import Reading


def government_service(reading: Reading, *, url: str, province: str) -> dict[str, Any]:
    """Return a ``GovernmentService``; what the procedure does not say is left out."""
    content = reading.content
    operators = [{"@type": "GovernmentOrganization", "name": name} for name in content.implementing_agencies]
    audiences = [
        {"@type": "Audience", "audienceType": str(AudienceCode(code).label)} for code in content.audiences
    ]
    facts = {
        "name": reading.title,
        "identifier": content.core_code,
        "url": url,
        "description": content.summary,
        "serviceType": content.field,
        "serviceOperator": operators,
        "audience": audiences,
        "areaServed": {"@type": "AdministrativeArea", "name": province},
        "serviceOutput": [{"@type": "Thing", "name": result.name} for result in content.results],
    }
    said = {name: fact for name, fact in facts.items() if fact}
    return {"@context": "https://schema.org", "@type": "GovernmentService", **said}
