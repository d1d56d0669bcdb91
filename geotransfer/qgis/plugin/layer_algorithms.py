"""Algorithms on the user's own layers: statistics, weights, freight, cost distance."""

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBand,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMatrix,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
)

from .base import VECTOR, GeotransferAlgorithm
from .words import say

STATISTICS = [
    "mean", "min", "max", "sum", "count", "stdev", "median", "majority", "minority", "variety", "variance",
    "coefficient_of_variation",
]  # fmt: skip
WAYS = ["cost", "time", "co2", "generalised"]
COMMODITIES = ["bulk", "container", "liquid"]
METHODS = ["eigenvector", "geometric_mean"]


class ZonalStatistics(GeotransferAlgorithm):
    """Statistics of a raster in zones, by exact coverage."""

    NAME = "zonal_statistics"
    TITLE = ("分区统计 (精确覆盖)", "Zonal statistics (exact coverage)")
    HELP = (
        "按每个像元落在区域内的面积比例加权; 小于一个像元的区域也有值。区域须带坐标系。",
        "Cells count by the share of them that lies in the zone, so that a zone smaller than a cell has a value too. "
        "The zones need a CRS.",
    )

    def initAlgorithm(self, configuration=None):  # noqa: D102
        self.addParameter(QgsProcessingParameterFeatureSource("ZONES", say("区域", "Zones"), [VECTOR]))
        self.addParameter(QgsProcessingParameterRasterLayer("RASTER", say("栅格", "Raster")))
        self.addParameter(QgsProcessingParameterBand("BAND", say("波段", "Band"), 1, "RASTER", optional=True))
        self.addParameter(
            QgsProcessingParameterEnum(
                "STATISTICS", say("统计量", "Statistics"), STATISTICS, allowMultiple=True, defaultValue=[0]
            )
        )
        self.addParameter(QgsProcessingParameterString("PREFIX", say("字段前缀", "Prefix of the fields"), "_"))
        self.addParameter(
            QgsProcessingParameterVectorDestination("OUTPUT", say("带统计量的区域", "Zones with statistics"))
        )

    def job(self, parameters, context, feedback):  # noqa: D102
        chosen = self.parameterAsEnums(parameters, "STATISTICS", context)
        return {
            "zones": self.features(parameters, "ZONES", context),
            "raster": self.raster(parameters, "RASTER", context),
            "band": self.parameterAsInt(parameters, "BAND", context) or 1,
            "stats": [STATISTICS[number] for number in chosen],
            "prefix": self.parameterAsString(parameters, "PREFIX", context),
            "output": self.output(parameters, "OUTPUT", context),
        }


class Weights(GeotransferAlgorithm):
    """AHP weights."""

    NAME = "weights"
    TITLE = ("两两比较求权重 (AHP)", "Weights from comparisons (AHP)")
    HELP = (
        "矩阵第 i 行第 j 列: 准则 i 相对准则 j 的重要程度 (1–9 或 1/3)。一致性比率高于 0.10 时会提示矛盾的判断。",
        "Row i, column j: how much more important criterion i is than j (1 to 9, or 1/3). Above a consistency ratio of "
        "0.10 the judgements that contradict the others are named.",
    )

    def initAlgorithm(self, configuration=None):  # noqa: D102
        names = say("准则 (逗号分隔)", "Criteria (separated by commas)")
        self.addParameter(QgsProcessingParameterString("NAMES", names, "power, freight, people"))
        self.addParameter(
            QgsProcessingParameterMatrix(
                "MATRIX", say("比较矩阵", "Comparisons"), numberRows=3, headers=["1", "2", "3"],
                defaultValue=["1", "1", "1", "1", "1", "1", "1", "1", "1"],
            )
        )  # fmt: skip
        self.addParameter(QgsProcessingParameterEnum("METHOD", say("方法", "Method"), METHODS, defaultValue=0))
        self.addParameter(QgsProcessingParameterFileDestination("OUTPUT", say("权重表", "Weights"), "CSV (*.csv)"))
        self.addOutput(QgsProcessingOutputNumber("CONSISTENCY_RATIO", say("一致性比率", "Consistency ratio")))

    def job(self, parameters, context, feedback):  # noqa: D102
        return {
            "names": self.parts(parameters, "NAMES", context),
            "matrix": [str(cell) for cell in self.parameterAsMatrix(parameters, "MATRIX", context)],
            "method": METHODS[self.parameterAsEnum(parameters, "METHOD", context)],
            "output": self.output_file(parameters, "OUTPUT", context),
        }


class RankAcceptability(GeotransferAlgorithm):
    """Monte Carlo on the weights."""

    NAME = "rank_acceptability"
    TITLE = ("名次可接受度 (随机权重)", "Rank acceptability (drawn weights)")
    HELP = (
        "权重随机抽取时, 各区域取得第一、进入前若干名的频率与名次的 5–95 % 区间 (SMAA-2)。"
        "字段须为 0–1 的得分, 1 为最好。不给权重则在所有权重组合中均匀抽取。",
        "How often each zone comes first or among the first when the weights are drawn, and its rank from 5 to 95 % "
        "(SMAA-2). The fields are scores from 0 to 1, 1 best. Without weights all combinations are equally likely.",
    )

    def initAlgorithm(self, configuration=None):  # noqa: D102
        self.addParameter(QgsProcessingParameterFeatureSource("ZONES", say("区域", "Zones"), [VECTOR]))
        self.addParameter(
            QgsProcessingParameterField(
                "FIELDS", say("得分字段", "Fields of scores"), parentLayerParameterName="ZONES",
                type=QgsProcessingParameterField.Numeric, allowMultiple=True,
            )
        )  # fmt: skip
        weights = say("权重 (按字段次序, 逗号分隔, 可空)", "Weights in the order of the fields (commas; may be empty)")
        self.addParameter(QgsProcessingParameterString("WEIGHTS", weights, optional=True))
        self._number("CONCENTRATION", ("权重的集中度", "Concentration around the weights"), 50.0, least=1.0)
        self._number("DRAWS", ("抽样次数", "Draws"), 10000, whole=True)
        self._number("SEED", ("随机种子", "Seed"), 1, least=0, whole=True)
        self._number("TOP", ("前几名", "How many count as first"), 10, whole=True)
        self.addParameter(QgsProcessingParameterVectorDestination("OUTPUT", say("可接受度", "Acceptability")))

    def _number(self, name, title, default, least=1.0, whole=False):
        kind = QgsProcessingParameterNumber.Integer if whole else QgsProcessingParameterNumber.Double
        self.addParameter(QgsProcessingParameterNumber(name, say(*title), kind, default, minValue=least))

    def job(self, parameters, context, feedback):  # noqa: D102
        return {
            "zones": self.features(parameters, "ZONES", context),
            "fields": self.parameterAsFields(parameters, "FIELDS", context),
            "weights": [_weight(part) for part in self.parts(parameters, "WEIGHTS", context)],
            "concentration": self.parameterAsDouble(parameters, "CONCENTRATION", context),
            "draws": self.parameterAsInt(parameters, "DRAWS", context),
            "seed": self.parameterAsInt(parameters, "SEED", context),
            "top": self.parameterAsInt(parameters, "TOP", context),
            "output": self.output(parameters, "OUTPUT", context),
        }


class FreightCost(GeotransferAlgorithm):
    """Freight to destinations."""

    NAME = "freight_cost"
    TITLE = ("到目的地的运费", "Freight cost to destinations")
    HELP = (
        "铁路、公路、水运联运网上每吨货物到各目的地的最便宜路线: 成本 (元/吨)、时间 (小时)、碳 (千克/吨) 或综合成本 "
        "(元/吨)。费率为假设。",
        "The best way of a tonne on the network of rail, road and water: cost (yuan/t), time (h), CO2 (kg/t) or "
        "generalised cost (yuan/t). The rates are assumptions.",
    )

    def initAlgorithm(self, configuration=None):  # noqa: D102
        self.addParameter(QgsProcessingParameterFeatureSource("ZONES", say("区域", "Zones"), [VECTOR]))
        names = say("目的地 (每行一个, 如 钦州)", "Destinations (one a line, for example 钦州)")
        self.addParameter(QgsProcessingParameterString("DESTINATIONS", names, "钦州", multiLine=True))
        self.addParameter(QgsProcessingParameterEnum("BY", say("按", "By"), WAYS, defaultValue=0))
        self.addParameter(QgsProcessingParameterEnum("COMMODITY", say("货类", "Goods"), COMMODITIES, defaultValue=0))
        self.addParameter(QgsProcessingParameterVectorDestination("OUTPUT", say("带运费的区域", "Zones with freight")))

    def job(self, parameters, context, feedback):  # noqa: D102
        return {
            "zones": self.features(parameters, "ZONES", context),
            "destinations": self.lines(parameters, "DESTINATIONS", context),
            "by": WAYS[self.parameterAsEnum(parameters, "BY", context)],
            "commodity": COMMODITIES[self.parameterAsEnum(parameters, "COMMODITY", context)],
            "output": self.output(parameters, "OUTPUT", context),
        }


class CostDistance(GeotransferAlgorithm):
    """Accumulated cost."""

    NAME = "cost_distance"
    TITLE = ("成本距离", "Cost distance")
    HELP = (
        "由最近的源出发、累积摩擦成本最小的值; 摩擦为每单位长度 (坐标系单位) 的成本, 无值处不可通行; 8 邻域。",
        "The least accumulated cost from the nearest source. Friction is cost per unit of length of its CRS, no value "
        "is impassable; 8 neighbours.",
    )

    def initAlgorithm(self, configuration=None):  # noqa: D102
        self.addParameter(QgsProcessingParameterRasterLayer("FRICTION", say("摩擦", "Friction")))
        self.addParameter(QgsProcessingParameterFeatureSource("SOURCES", say("源", "Sources"), [VECTOR]))
        self.addParameter(QgsProcessingParameterRasterDestination("OUTPUT", say("成本距离", "Cost distance")))

    def job(self, parameters, context, feedback):  # noqa: D102
        return {
            "friction": self.raster(parameters, "FRICTION", context),
            "sources": self.features(parameters, "SOURCES", context),
            "output": self.output(parameters, "OUTPUT", context),
        }


def _weight(text):
    try:
        return float(text)
    except ValueError:
        raise QgsProcessingException(
            say(
                f"权重里有 {text!r}, 应为数字, 按字段次序, 如 0.5,0.3,0.2。",
                f"the weights hold {text!r}, expected numbers in the order of the fields, such as 0.5,0.3,0.2.",
            )
        ) from None


LAYER_ALGORITHMS = (ZonalStatistics, Weights, RankAcceptability, FreightCost, CostDistance)
