"""Packages of the wheel: code with its data, the bundle as `genadapter.pretrained`."""

from pathlib import Path

from setuptools import find_packages, setup

BUNDLES = "data/pretrained"
WORDED = [
    "training.catalogue.sheets",
    "training.drills",
    "training.drills.kinds",
    "training.drills.pools",
]
bundled = ["genadapter.pretrained"] if Path(BUNDLES).is_dir() else []

setup(
    packages=[
        *find_packages(include=["genadapter*", "training*", "service*"]),
        *bundled,
    ],
    package_dir=dict.fromkeys(bundled, BUNDLES),
    package_data={
        **{name: ["*.toml"] for name in WORDED},
        **{name: ["*/*"] for name in bundled},
        "service": ["page/*"],
    },
)
