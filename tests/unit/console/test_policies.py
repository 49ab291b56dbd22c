"""The policies that a denied call is answered with."""

import pytest

from qfops.console.policies import FULL, granting


@pytest.mark.parametrize(
    ("route", "action", "policy"),
    [
        ("/v2/finetuning", "DescribeFineTuningJobs", "QianfanModelTuningReadAccessPolicy"),
        ("/v2/finetuning", "CreateFineTuningTask", "QianfanModelTuningFullControlAccessPolicy"),
        ("/v2/model", "DescribeModelExportTask", "QianfanModelTuningFullControlAccessPolicy"),
        ("/v2/eval", "StopEvalTask", "QianfanModelTuningFullControlAccessPolicy"),
        ("/v2/dataset", "DescribeDatasets", "QianfanDataReadAccessPolicy"),
        ("/v2/dataset", "DeleteDataset", "QianfanDataFullControlAccessPolicy"),
        ("/v2/dataset", "PublishDatasetVersion", "QianfanDataOperateAccessPolicy"),
        ("/v2/dataset", "DescribeImportTask", "QianfanDataOperateAccessPolicy"),
        ("/v2/service", "DescribeServices", "QianfanServiceReadAccessPolicy"),
        ("/v2/service", "ModifyService", "QianfanServiceOperateAccessPolicy"),
        ("/v2/promptTemplates", "CreatePromptTemplate", FULL),
        ("/wenxinworkshop/dataset/import", "", "QianfanDataOperateAccessPolicy"),
        ("/wenxinworkshop/dataset/info", "", "QianfanDataReadAccessPolicy"),
        ("/wenxinworkshop/etl/create", "", "QianfanDataFullControlAccessPolicy"),
        ("/wenxinworkshop/finetune/jobDetail", "", "QianfanModelTuningReadAccessPolicy"),
        ("/wenxinworkshop/modelrepo/model/user/list", "", "QianfanModelTuningReadAccessPolicy"),
        ("/wenxinworkshop/modelrepo/model/batchDelete", "", "QianfanModelTuningFullControlAccessPolicy"),
    ],
)
def test_narrowest_policy_first(route: str, action: str, policy: str) -> None:
    names = granting(route, action)
    assert names[0] == policy
    assert names[-1] == FULL
