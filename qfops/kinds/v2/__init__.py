"""The kinds of `qianfan/v2`: one descriptor a module, found by the registry."""
