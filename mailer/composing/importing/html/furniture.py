"""Class names of what sites put beside and into texts, and what each is."""

CALL, TOOL, RELATED, NAMES = (
    "a call to subscribe",
    "a button or badge of the site",
    "what the site shows beside the text",
    "a name or date that the site adds",
)
FURNITURE = {
    # Substack
    "subscription-widget-wrap": CALL,
    "subscription-widget-wrap-editor": CALL,
    "subscription-widget": CALL,
    "install-substack-app-embed": CALL,
    "subscribe-footer": CALL,
    "post-ufi": TOOL,
    "email-ufi-2-top": TOOL,
    "email-ufi-2-bottom": TOOL,
    "post-cta": CALL,
    "post-meta": NAMES,
    "powered-by-substack": TOOL,
    "image-link-expand": TOOL,
    "hide-text": TOOL,
    "embedded-post-read-more": TOOL,
    "file-embed-thumbnail-default": TOOL,
    "file-embed-thumbnail": TOOL,
    "post-footer": TOOL,
    "comments-section": RELATED,
    "footer-wrap": RELATED,
    # Ghost
    "kg-signup-card": CALL,
    "gh-subscribe": CALL,
    "gh-signup": CALL,
    "kg-toggle-card-icon": TOOL,
    "kg-audio-thumbnail": TOOL,
    "kg-video-player-container": TOOL,
    "kg-video-overlay": TOOL,
    "kg-bookmark-icon": TOOL,
    "kg-file-card-icon": TOOL,
    "gh-comments": RELATED,
    "gh-related": RELATED,
    # Medium
    "js-mixtapeimage": "the picture of a preview",
    # mails that were forwarded
    "gmail_attr": "the head of a forwarded mail",
    # others
    "sharedaddy": TOOL,
    "share-buttons": TOOL,
    "social-share": TOOL,
    "jp-relatedposts": RELATED,
    "related-posts": RELATED,
    "comment-respond": RELATED,
    "post-navigation": RELATED,
    "screen-reader-text": "words for screen readers only",
    "sr-only": "words for screen readers only",
    "visually-hidden": "words for screen readers only",
    "skip-link": TOOL,
}
