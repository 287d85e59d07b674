"""The elements of ordinary OpenDocument files (OASIS ODF 1.3, LibreOffice); others are refused (ADR 370)."""

from __future__ import annotations

from typing import Final


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ODF: Final = "urn:oasis:names:tc:opendocument:xmlns:"
TEXT: Final = f"{_ODF}text:1.0"
DRAW: Final = f"{_ODF}drawing:1.0"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SVG: Final = "http://www.w3.org/2000/svg"
#: Of the part META-INF/documentsignatures.xml.
SIGNATURES: Final = frozenset(
    {
        f"{_ODF}digitalsignature:1.0", "http://www.w3.org/2000/09/xmldsig#", "http://uri.etsi.org/01903/v1.3.2#",
        "http://uri.etsi.org/01903/v1.4.1#", "http://purl.org/dc/elements/1.1/",
    }
)  # fmt: skip
#: Namespaces of which no element loads or starts anything, whatever its name.
HARMLESS: Final = frozenset(
    {
        f"{_ODF}style:1.0", f"{_ODF}datastyle:1.0", f"{_ODF}config:1.0", f"{_ODF}chart:1.0", f"{_ODF}dr3d:1.0",
        f"{_ODF}smil-compatible:1.0", "http://purl.org/dc/elements/1.1/", "http://www.w3.org/1998/Math/MathML",
        "http://openoffice.org/2010/chart", "http://openoffice.org/2009/table", "http://openoffice.org/2010/draw", RDF,
        "http://docs.oasis-open.org/ns/office/1.2/meta/pkg#", "http://docs.oasis-open.org/ns/office/1.2/meta/odf#",
    }
)  # fmt: skip
ELEMENTS: Final = {
    f"{_ODF}office:1.0": _names(
        """
        annotation annotation-end automatic-styles binary-data body change-info chart document document-content
        document-meta document-settings document-styles drawing event-listeners font-face-decls forms image
        master-styles meta presentation scripts settings spreadsheet styles text
        """
    ),
    TEXT: _names(
        """
        a alphabetical-index alphabetical-index-entry-template alphabetical-index-mark
        alphabetical-index-mark-end alphabetical-index-mark-start alphabetical-index-source author-initials
        author-name bibliography bibliography-configuration bibliography-entry-template bibliography-mark
        bibliography-source bookmark bookmark-end bookmark-ref bookmark-start change change-end change-start
        changed-region chapter character-count conditional-text creation-date creation-time creator date
        deletion description editing-cycles editing-duration expression file-name format-change h
        hidden-paragraph hidden-text illustration-index illustration-index-entry-template
        illustration-index-source image-count index-body index-entry-bibliography index-entry-chapter
        index-entry-link-end index-entry-link-start index-entry-page-number index-entry-span
        index-entry-tab-stop index-entry-text index-source-style index-source-styles index-title
        index-title-template initial-creator insertion keywords line-break linenumbering-configuration
        linenumbering-separator list list-header list-item list-level-style-bullet list-level-style-image
        list-level-style-number list-style measure meta meta-field modification-date modification-time note
        note-body note-citation note-continuation-notice-backward note-continuation-notice-forward note-ref
        notes-configuration number numbered-paragraph object-count object-index object-index-entry-template
        object-index-source outline-level-style outline-style p page page-continuation page-count page-number
        page-sequence page-variable-get page-variable-set paragraph-count placeholder print-date print-time
        printed-by reference-mark reference-mark-end reference-mark-start reference-ref ruby ruby-base ruby-text
        s section sender-city sender-company sender-country sender-email sender-fax sender-firstname
        sender-initials sender-lastname sender-phone-private sender-phone-work sender-position
        sender-postal-code sender-state-or-province sender-street sender-title sequence sequence-decl
        sequence-decls sequence-ref sheet-name soft-page-break sort-key span subject tab table-count
        table-formula table-index table-index-entry-template table-index-source table-of-content
        table-of-content-entry-template table-of-content-source template-name text-input time title toc-mark
        toc-mark-end toc-mark-start tracked-changes user-defined user-field-decl user-field-decls user-field-get
        user-field-input user-index user-index-entry-template user-index-mark user-index-mark-end
        user-index-mark-start user-index-source variable-decl variable-decls variable-get variable-input
        variable-set word-count
        """
    ),
    f"{_ODF}table:1.0": _names(
        """
        background body calculation-settings cell-address cell-content-change cell-content-deletion
        change-deletion change-track-table-cell consolidation content-validation content-validations
        covered-table-cell cut-offs data-pilot-display-info data-pilot-field data-pilot-field-reference
        data-pilot-group data-pilot-group-member data-pilot-groups data-pilot-layout-info data-pilot-level
        data-pilot-member data-pilot-members data-pilot-sort-info data-pilot-subtotal data-pilot-subtotals
        data-pilot-table data-pilot-tables database-range database-ranges deletion deletions dependencies
        dependency desc detective error-message even-columns even-rows filter filter-and filter-condition
        filter-or filter-set-item first-column first-row help-message highlighted-range insertion
        insertion-cut-off iteration label-range label-ranges last-column last-row movement movement-cut-off
        named-expression named-expressions named-range null-date odd-columns odd-rows operation previous
        scenario shapes sort sort-by sort-groups source-cell-range source-range-address subtotal-field
        subtotal-rule subtotal-rules table table-cell table-column table-column-group table-columns
        table-header-columns table-header-rows table-protection table-row table-row-group table-rows
        table-template target-range-address title tracked-changes
        """
    ),
    DRAW: _names(
        """
        a area-circle area-polygon area-rectangle caption circle connector contour-path contour-polygon control
        custom-shape ellipse enhanced-geometry equation fill-image frame g glue-point gradient handle hatch
        image image-map layer layer-set line marker measure object opacity page page-thumbnail path polygon
        polyline rect regular-polygon stroke-dash text-box
        """
    ),
    f"{_ODF}form:1.0": _names(
        """
        button checkbox column combobox date file fixed-text form formatted-text frame generic-control grid
        hidden image image-frame item list-property list-value listbox number option password properties
        property radio text textarea time value-range
        """
    ),
    f"{_ODF}presentation:1.0": _names(
        """
        animation-group animations date-time date-time-decl dim event-listener footer footer-decl header
        header-decl hide-shape hide-text notes placeholder settings show show-shape show-text
        """
    ),
    f"{_ODF}animation:1.0": _names(
        """
        animate animateColor animateMotion animateTransform iterate par param seq set transitionFilter
        """
    ),
    f"{_ODF}meta:1.0": _names(
        """
        creation-date date-string document-statistic editing-cycles editing-duration generator
        hyperlink-behaviour initial-creator keyword print-date printed-by template user-defined
        """
    ),
    f"{_ODF}svg-compatible:1.0": _names(
        """
        desc font-face-format font-face-name font-face-src font-face-uri linearGradient radialGradient stop
        title
        """
    ),
    f"{_ODF}manifest:1.0": frozenset({"manifest", "file-entry"}),
    "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0": _names(
        """
        char-complex-color color color-table complex-color content-control content-control-checkbox
        content-control-drop-down fill-complex-color glow gradient-stop graphic-properties list-item
        opacity-stop p background-complex-color qrcode reference shadow soft-edge stroke-complex-color
        table-protection text theme theme-colors tracked-change transformation word-count barcode cell-content
        conditional-format conditional-formats cm-formatting
        """
    ),
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": _names(
        """
        color-scale color-scale-entry condition conditional-format conditional-formats data-bar date-is
        formatting-entry icon-set sparkline sparkline-group sparkline-groups sparklines sort-groups
        """
    ),
    "urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0": frozenset(
        {"fieldmark", "fieldmark-start", "fieldmark-end", "fieldmark-separator", "param"}
    ),
}
#: Of pictures in SVG; elements of drawing programs, in their own namespaces, are only data.
PICTURE: Final = _names(
    """
    a animate circle clipPath defs desc ellipse filter g image line linearGradient marker mask metadata path
    pattern polygon polyline radialGradient rect stop style svg switch symbol text textPath title tspan use view
    feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap
    feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode
    feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence
    """
)
