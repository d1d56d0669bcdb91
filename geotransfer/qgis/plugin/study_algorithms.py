"""Algorithms that run a scenario, match capacity, or explain a result."""

import os

from qgis.core import (
    QgsProcessingOutputRasterLayer,
    QgsProcessingOutputVectorLayer,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
)

from .base import VECTOR, GeotransferAlgorithm
from .words import say

SCENARIO_HELP = (
    "情景: 内置名称 (aluminium, data-centre 等) 或 .toml 文件。改动: 每行一条, 如 grid.resolution=25000 或 "
    "criteria.people.weight=0.4。",
    "Scenario: a built-in name (aluminium, data-centre, ...) or a .toml file. Changes: one a line, for example "
    "grid.resolution=25000 or criteria.people.weight=0.4.",
)


class _OfScenario(GeotransferAlgorithm):
    """An algorithm with a scenario and changes to it."""

    def add_scenario(self):
        self.addParameter(QgsProcessingParameterString("SCENARIO", say("情景", "Scenario"), defaultValue="aluminium"))
        self.addParameter(
            QgsProcessingParameterString(
                "CHANGES", say("改动 (每行 键=值)", "Changes (KEY=VALUE, one a line)"), multiLine=True, optional=True
            )
        )

    def scenario(self, parameters, context):
        name = self.parameterAsString(parameters, "SCENARIO", context).strip()
        is_file = name.endswith(".toml") or os.path.isfile(name)
        return {
            "scenario": os.path.abspath(name) if is_file else name,
            "assignments": self.lines(parameters, "CHANGES", context),
        }


class RunScenario(_OfScenario):
    """Run a whole scenario into a folder."""

    NAME = "run_scenario"
    TITLE = ("运行情景", "Run scenario")
    HELP = (
        "对情景的全部区域排名, 写出表格、栅格、地图和报告。" + SCENARIO_HELP[0],
        "Ranks the zones of a scenario and writes tables, rasters, map and report. " + SCENARIO_HELP[1],
    )

    def initAlgorithm(self, configuration=None):  # noqa: D102
        self.add_scenario()
        self.addParameter(QgsProcessingParameterFolderDestination("FOLDER", say("结果文件夹", "Folder of the result")))
        self.addOutput(QgsProcessingOutputVectorLayer("RANKING", say("排名", "Ranking")))
        self.addOutput(QgsProcessingOutputRasterLayer("SUITABILITY", say("适宜性栅格", "Suitability raster")))

    def job(self, parameters, context, feedback):  # noqa: D102
        return {
            **self.scenario(parameters, context),
            "folder": self.output_file(parameters, "FOLDER", context),
        }


class SuitabilityZones(_OfScenario):
    """Rank the user's zones."""

    NAME = "suitability_zones"
    TITLE = ("区域适宜性", "Suitability of zones")
    HELP = (
        "按情景给您的面或点排名。" + SCENARIO_HELP[0],
        "Ranks your polygons or points by a scenario. " + SCENARIO_HELP[1],
    )

    def initAlgorithm(self, configuration=None):  # noqa: D102
        self.addParameter(QgsProcessingParameterFeatureSource("ZONES", say("区域", "Zones"), [VECTOR]))
        self.add_scenario()
        self.addParameter(QgsProcessingParameterVectorDestination("OUTPUT", say("排名", "Ranking")))

    def job(self, parameters, context, feedback):  # noqa: D102
        return {
            **self.scenario(parameters, context),
            "zones": self.features(parameters, "ZONES", context),
            "output": self.output(parameters, "OUTPUT", context),
        }


class SuitabilityRaster(_OfScenario):
    """Suitability of cells."""

    NAME = "suitability_raster"
    TITLE = ("适宜性栅格", "Suitability raster")
    HELP = (
        "按情景计算每个格网的综合得分 (0–1); 排除与未知处无值。" + SCENARIO_HELP[0],
        "Score of each cell (0 to 1) by a scenario; no value where excluded or unknown. " + SCENARIO_HELP[1],
    )

    def initAlgorithm(self, configuration=None):  # noqa: D102
        self.add_scenario()
        self.addParameter(QgsProcessingParameterRasterDestination("OUTPUT", say("适宜性", "Suitability")))

    def job(self, parameters, context, feedback):  # noqa: D102
        return {**self.scenario(parameters, context), "output": self.output(parameters, "OUTPUT", context)}


class Match(GeotransferAlgorithm):
    """Capacity that leaves, and places that take it."""

    NAME = "match"
    TITLE = ("转出与承接匹配", "Match origins and destinations")
    HELP = (
        "按问题文件 (.toml: 转出地与产能、承接地所在的结果文件夹、约束) 求迁移方案; 写出流向、项目、收益台账。"
        "没有可行方案时, 指出互相冲突的约束。",
        "Finds a plan for a problem file (.toml: origins and their capacity, folders of results with the places that "
        "may take it, rules) and writes flows, plants and the ledger of benefits. Where no plan fits, the rules that "
        "contradict each other are named.",
    )

    def initAlgorithm(self, configuration=None):  # noqa: D102
        problem = say("问题文件", "Problem")
        self.addParameter(QgsProcessingParameterFile("PROBLEM", problem, extension="toml"))
        self.addParameter(QgsProcessingParameterFolderDestination("FOLDER", say("方案文件夹", "Folder of the plan")))
        self.addOutput(QgsProcessingOutputVectorLayer("FLOWS", say("流向", "Flows")))

    def job(self, parameters, context, feedback):  # noqa: D102
        return {
            "problem": self.input_file(parameters, "PROBLEM", context),
            "folder": self.output_file(parameters, "FOLDER", context),
        }


class ExplainZone(GeotransferAlgorithm):
    """Why a zone stands where it stands."""

    NAME = "explain_zone"
    TITLE = ("解释一个区域", "Explain a zone")
    HELP = (
        "某区域在一次结果里的得分分解、未通过和未核查的规则、进入前十需要什么。区域: 键、代码或名称。",
        "The score of a zone of a result taken apart, the rules it fails, those not checked, and what it would take to "
        "enter the top ten. Zone: key, adcode or name.",
    )

    def initAlgorithm(self, configuration=None):  # noqa: D102
        folder = QgsProcessingParameterFile.Folder
        self.addParameter(QgsProcessingParameterFile("FOLDER", say("结果文件夹", "Folder of a result"), folder))
        self.addParameter(QgsProcessingParameterString("ZONE", say("区域", "Zone")))
        self.addParameter(QgsProcessingParameterFileDestination("OUTPUT", say("解释", "Explanation"), "JSON (*.json)"))

    def job(self, parameters, context, feedback):  # noqa: D102
        return {
            "folder": self.input_file(parameters, "FOLDER", context),
            "zone": self.parameterAsString(parameters, "ZONE", context),
            "output": self.output_file(parameters, "OUTPUT", context),
        }


STUDY_ALGORITHMS = (RunScenario, SuitabilityZones, SuitabilityRaster, Match, ExplainZone)
