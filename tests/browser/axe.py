"""axe-core on a page, with failures that name the rule and the element."""

from axe_playwright_python.sync_playwright import Axe

# WCAG 2.2 A and AA, and axe's own good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def assert_accessible(page, *, leave_out: tuple[str, ...] = ()) -> None:
    """No violation on the page as it stands, and nothing wider than the window.

    `leave_out` names rules that do not apply; say why where it is used.
    """
    options = {
        "resultTypes": ["violations"],
        "runOnly": {"type": "tag", "values": RULES},
        "rules": {rule: {"enabled": False} for rule in leave_out},
    }
    results = Axe().run(page, options=options)
    violations = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n    "
        + "\n    ".join(node["html"][:200] for node in violation["nodes"][:5])
        for violation in results.response["violations"]
    ]
    assert violations == [], page.url + "\n" + "\n".join(violations)
    overflow = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0, f"{page.url}: {overflow} px wider than the window"
