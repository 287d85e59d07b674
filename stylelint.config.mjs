// stylelint-config-standard without the rules about layout: the style sheets keep short rules on one line.
export default {
  extends: ["stylelint-config-standard"],
  ignoreFiles: ["**/node_modules/**", ".venv/**", "var/**", "artifacts/**", "staticfiles/**"],
  reportDescriptionlessDisables: true,
  reportNeedlessDisables: true,
  rules: {
    "at-rule-empty-line-before": null,
    "comment-empty-line-before": null,
    "custom-property-empty-line-before": null,
    "rule-empty-line-before": null,
    "declaration-block-single-line-max-declarations": null,
    // The tokens write colours with six digits so that their contrast can be tested.
    "color-hex-length": null,
    // Older browsers only know (max-width: …).
    "media-feature-range-notation": "prefix",
    // Ordered by component; overrides within a component are few and tested in the browser.
    "no-descending-specificity": null,
    "number-max-precision": 5,
    // Safari knows no other spelling.
    "property-no-vendor-prefix": [true, { ignoreProperties: ["text-size-adjust"] }],
    // block, block__element, block--modifier
    "selector-class-pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*(__[a-z0-9]+(-[a-z0-9]+)*)?(--[a-z0-9]+(-[a-z0-9]+)*)?$",
    "value-keyword-case": ["lower", { ignoreKeywords: ["Roboto"] }],
  },
};
