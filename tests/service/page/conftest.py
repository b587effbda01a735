"""A real browser: Chromium without a window, told what to do over its own protocol."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PATIENCE_SECONDS = 60.0
"""For anything that is waited for; there may be other work for the machine."""


class Browser:
    """A Chromium that is spoken to by pipe, so that no port and no driver is needed.

    The protocol is Chrome's own (DevTools): JSON messages with a NUL behind each.
    """

    def __init__(self, program: str, profile: Path) -> None:
        """Starts it.

        Args:
            program: Chromium's.
            profile: An empty folder.
        """
        flags = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--remote-debugging-pipe",
            f"--user-data-dir={profile}",
        ]
        # It reads what it is told from descriptor 3 and replies on 4.
        as_told = 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1'
        self._process = subprocess.Popen(
            ["sh", "-c", as_told, "sh", program, *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._number = 0
        self._buffer = b""
        self._events: list[dict[str, Any]] = []

    def call(
        self, method: str, session: str | None = None, **params: Any
    ) -> dict[str, Any]:
        """Calls a method of the protocol and waits for its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\0")
        self._process.stdin.flush()
        while True:
            told = self._read()
            if told.get("id") == self._number:
                assert "error" not in told, (method, told["error"])
                result: dict[str, Any] = told["result"]
                return result
            self._events.append(told)

    def events(self, session: str) -> list[dict[str, Any]]:
        """What a tab told of its own accord so far."""
        return [event for event in self._events if event.get("sessionId") == session]

    def new_tab(self) -> Tab:
        """A tab with storage of its own."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call(
            "Target.createTarget", url="about:blank", browserContextId=context
        )["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)
        return Tab(self, session["sessionId"], context)

    def stop(self) -> None:
        """Ends it."""
        self.call("Browser.close")
        self._process.communicate(timeout=30)

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        while b"\0" not in self._buffer:
            assert select.select([pipe], [], [], PATIENCE_SECONDS)[0], "no reply"
            part = os.read(pipe, 1 << 20)
            assert part, "Chromium ended"
            self._buffer += part
        line, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        return message


class Tab:
    """A tab, used as a person would: by clicks and keys."""

    def __init__(self, browser: Browser, session: str, context: str) -> None:
        """Takes the tab's browser and what that calls the tab and its storage."""
        self._browser, self._session, self._context = browser, session, context
        self.num_clicks = 0
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.resize(1280, 900)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Calls a method of the protocol in this tab."""
        return self._browser.call(method, self._session, **params)

    def open(self, address: str) -> None:
        """Loads a page and waits until it has asked the service what there is."""
        self.call("Page.navigate", url=address)
        self.wait_for(
            "document.querySelector('#shelf-status')?.textContent.length > 9"
            " || document.querySelector('dialog[open]')"
            " || document.querySelector('#shelf-notice .notice')"
        )

    def evaluate(self, expression: str) -> Any:
        """The value of an expression of JavaScript."""
        told = self.call(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def wait_for(self, expression: str) -> None:
        """Waits until an expression is true."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not self.evaluate(f"Boolean({expression})"):
            assert time.monotonic() < end, f"never: {expression}\n{self.text('body')}"
            time.sleep(0.05)

    def text(self, selector: str) -> str:
        """The text that is seen in an element."""
        return str(self.evaluate(f"document.querySelector({selector!r}).innerText"))

    def click(self, selector: str) -> None:
        """Clicks amid an element, which nothing may cover."""
        place = self.evaluate(
            f"""(() => {{
                const element = document.querySelector({selector!r});
                element.scrollIntoView({{block: "center", behavior: "instant"}});
                const {{left, top, width, height}} = element.getBoundingClientRect();
                const [x, y] = [left + width / 2, top + height / 2];
                const met = document.elementFromPoint(x, y);
                return element.contains(met) ? {{x, y}} : null;
            }})()"""
        )
        assert place is not None, f"{selector} cannot be clicked"
        for kind in ("mousePressed", "mouseReleased"):
            self.call(
                "Input.dispatchMouseEvent",
                type=kind,
                button="left",
                clickCount=1,
                **place,
            )
        self.num_clicks += 1

    def type(self, selector: str, text: str) -> None:
        """Types a text into a field, in place of what is there."""
        self.evaluate(f"document.querySelector({selector!r}).select()")
        self.call("Input.insertText", text=text)

    def press(self, key: str, *, code: int, text: str = "") -> None:
        """Presses a key, which is named as by the browser, and lets it go."""
        told = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **told)
        self.call("Input.dispatchKeyEvent", type="keyUp", **told)

    def resize(self, width: int, height: int) -> None:
        """Makes the tab as large as a screen."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def prefer(self, **features: str) -> None:
        """Has the user prefer something, such as `color_scheme="dark"`."""
        told = [
            {"name": f"prefers-{name.replace('_', '-')}", "value": value}
            for name, value in features.items()
        ]
        self.call("Emulation.setEmulatedMedia", features=told)

    def save_to(self, folder: Path) -> None:
        """Has downloads of this tab saved in a folder."""
        self._browser.call(
            "Browser.setDownloadBehavior",
            behavior="allow",
            downloadPath=str(folder),
            browserContextId=self._context,
        )

    def picture(self, path: Path) -> None:
        """Keeps a picture of the whole page."""
        height = self.evaluate("document.documentElement.scrollHeight")
        width = self.evaluate("innerWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        told = self.call(
            "Page.captureScreenshot", captureBeyondViewport=True, clip=clip
        )
        path.write_bytes(base64.b64decode(told["data"]))

    def complaints(self) -> list[str]:
        """Errors of the page and of the browser about it, as its console shows them."""
        # Whatever it had to tell comes before the answer.
        self.evaluate("0")
        found = []
        for event in self._browser.events(self._session):
            told = event["params"]
            match event["method"]:
                case "Runtime.exceptionThrown":
                    found.append(json.dumps(told["exceptionDetails"]))
                case "Runtime.consoleAPICalled" if told["type"] in ("error", "warning"):
                    found.append(json.dumps(told["args"]))
                case "Log.entryAdded" if told["entry"]["level"] == "error":
                    found.append(told["entry"]["text"])
        return found

    def requests(self) -> list[str]:
        """Addresses that the page asked for."""
        return [
            event["params"]["request"]["url"]
            for event in self._browser.events(self._session)
            if event["method"] == "Network.requestWillBeSent"
        ]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests; it comes from the system's packages."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        missing = "no Chromium: install it with `apt-get install chromium`"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    browser = Browser(program, tmp_path_factory.mktemp("browser"))
    try:
        yield browser
    finally:
        browser.stop()


@pytest.fixture
def new_tab(browser: Browser) -> Callable[[], Tab]:
    """Opens tabs with nothing stored in them."""
    return browser.new_tab


@pytest.fixture
def tab(browser: Browser) -> Tab:
    """A tab with nothing stored in it."""
    return browser.new_tab()
