"""`python -m headworks.graph`: write docs/graphs/ anew."""

from pathlib import Path

from headworks.graph.pictures import write

for changed in write(Path.cwd()):
    print(changed.relative_to(Path.cwd()))
