"""The kinds of the Qianfan API as data: a schema and a descriptor each, found by the registry."""
