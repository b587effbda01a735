"""Packages of the wheel: the code, and the trained bundle as `genadapter.pretrained`."""

from setuptools import find_packages, setup

setup(
    packages=[
        *find_packages(include=["genadapter*", "training*", "service*"]),
        "genadapter.pretrained",
    ],
    package_dir={"genadapter.pretrained": "data/pretrained"},
    package_data={"genadapter.pretrained": ["*/*"]},
)
