"""Every value of a resource with the place it comes from."""

from __future__ import annotations

from qfops.core.address import Address
from qfops.manifests import origins
from tests.unit.manifests.fakes import Folder, box


def test_values_with_their_origins(folder: Folder) -> None:
    folder.write(
        "qfops.yaml",
        """
        name: demo
        vars: {size: 3}
        defaults:
        - kind: Lid
          metadata: {labels: {team: a}}
        """,
    )
    folder.write("manifests/b.yaml", box("{boxName: bb, open: true}"))
    folder.write("manifests/text.txt", "red")
    folder.manifest(
        """
        apiVersion: qianfan/v2
        kind: Lid
        metadata:
          name: l
          dependsOn: [Box/b]
          lifecycle: {protect: true, ignore: [{path: color, until: 2027-01-31}]}
        spec:
          boxId: {ref: Box/b}
          color: {file: text.txt}
          parts: [{id: "x-${var.size}"}, {}]
          extra: {new: []}
        """
    )
    resource = folder.load().resources[Address("Lid", "l")]
    shown = [
        f"{path} = {value} ({origin.location}{f' {origin.source} {origin.name}' if origin.name else ''})"
        for path, value, origin in origins(resource)
    ]
    assert shown == [
        "metadata.name = l (manifests/a.yaml:4:3)",
        "metadata.labels.team = a (qfops.yaml:5:23)",
        "metadata.dependsOn[0] = Box/b (manifests/a.yaml:5:15)",
        "metadata.lifecycle.protect = True (manifests/a.yaml:6:15)",
        "metadata.lifecycle.ignore[0].path = color (manifests/a.yaml:6:40)",
        "metadata.lifecycle.ignore[0].reason =  (manifests/a.yaml:6:39)",
        "metadata.lifecycle.ignore[0].until = 2027-01-31 (manifests/a.yaml:6:53)",
        "spec.boxId = Box/b.boxId (manifests/a.yaml:8:3)",
        "spec.color = red (manifests/text.txt:1:1)",
        "spec.parts[0].id = x-3 (qfops.yaml:2:8 var size)",
        "spec.parts[1] = {} (manifests/a.yaml:10:34)",
        "spec.extra.new = [] (manifests/a.yaml:11:11)",
    ]


def test_a_resource_that_no_file_declares_has_its_own_place(folder: Folder) -> None:
    folder.manifest(box("{boxName: bb}"))
    resource = folder.one()
    assert str(resource.origin("anything").location) == "manifests/a.yaml:5:1"
