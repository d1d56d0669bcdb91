"""Does the freight network agree with what is published? Nothing is asserted, nothing was tuned to it.

    python scripts/check_freight.py [--industry-data FOLDER]

Expected before looking:
- rail lengths, the published length of the line held out: within 10 %, mean absolute error about 5 %; mountain lines
  (Yingtan-Xiamen, Jiaozuo-Liuzhou) too short, those of the plain (Shenyang-Dalian) too long: one circuity serves all;
- Chongqing-Shanghai by rail 1.6-2.2 times the barge, water 50-60 % of rail (a popular figure, CCTV 2023);
- Chongqing-Qinzhou about two days (48 h from station to port, 2017);
- some ten days saved to Singapore by Qinzhou instead of Shanghai; 20 are published, with waiting for a ship that the
  model has not;
- the median benefit of the corridor is 0 in the Northeast and north of the Qinling;
- smelters follow captive coal: freight of aluminium should do a little better than 0.5, and no worse than the plain
  distance to a hub.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import geopandas as gpd
import numpy as np
from check_plants import STANDING, auc, with_interval

import geotransfer as gt
from geotransfer.freight.geodesy import geodesic_km, points_of
from geotransfer.freight.modes import freight_rates
from geotransfer.freight.tables import default_hubs, default_links

ALUMINA = ["滨州", "聊城", "吕梁", "运城", "三门峡", "焦作", "百色", "崇左", "防城港", "贵阳", "遵义"]
"""Where alumina is refined or landed: provinces 山东 山西 河南 广西 贵州; cities by general knowledge, not verified."""
METAL = ["佛山", "无锡", "郑州", "天津", "临沂", "重庆", "沈阳"]
"""Where aluminium is worked: by general knowledge, not verified."""
QINLING_NORTH = 34.3
"""Latitude of the crest and foot north of the Qinling at Xi'an; counties west of 104 E are not asked."""


def check_lengths() -> None:
    lengths = gt.layer_table("freight-line-lengths")
    network = gt.FreightNetwork(default_hubs(), default_links(held_out=True), freight_rates())
    rail = network.restricted(["rail"])
    errors = []
    print("rail lines, their length held out   published    line  error   shortest way")
    for _, row in lengths[lengths["use"] == "check"].iterrows():
        along = along_line(network, row["line"], row["from"], row["to"])
        way = rail.route(row["from"], row["to"]).length_km
        errors.append(along / row["km"] - 1)
        ends = f"{row['line']} {row['from']}-{row['to']}"
        print(f"  {ends:<24} {row['km']:>10.0f} {along:>8.0f} {100 * errors[-1]:>+6.1f} %  {way:>8.0f}")
    error = np.array(errors)
    print(
        f"  {len(error)} lines: mean absolute error {100 * np.abs(error).mean():.1f} %, "
        f"mean {100 * error.mean():+.1f} %, "
        f"{(np.abs(error) <= 0.10).sum()} within 10 %, largest {100 * np.abs(error).max():.1f} %"
    )


def along_line(network: gt.FreightNetwork, line: str, first: str, last: str) -> float:
    """Return the length of a line between two of its stops."""
    stops = gt.layer_table("freight-lines").query("line == @line").sort_values("order")["stop"].tolist()
    start, stop = sorted((stops.index(first), stops.index(last)))
    links = network.links[network.links["line"] == line]
    return float(links["km"].iloc[start:stop].sum())


def check_barge_and_train(network: gt.FreightNetwork) -> None:
    print("\nChongqing-Shanghai, by rail and by barge (yuan/t)")
    for commodity in ("bulk", "container"):
        for level in ("low", "mid", "high"):
            priced = network.priced(commodity, rates={"rail": level})
            rail = priced.restricted(["rail"]).route("重庆市", "上海市")
            barge = priced.restricted(["river"]).route("重庆港", "上海港")
            ratio = rail.cost_yuan_per_t / barge.cost_yuan_per_t
            print(
                f"  {commodity:<10} rail rate {level:<5} rail {rail.cost_yuan_per_t:4.0f}  barge "
                f"{barge.cost_yuan_per_t:4.0f}  rail / barge {ratio:.2f}  water / rail {100 / ratio:.0f} %"
            )
    print(f"  {rail.length_km:.0f} km by rail, {barge.length_km:.0f} km by barge: {', '.join(barge.legs[0].lines)}")


def check_times(network: gt.FreightNetwork) -> None:
    train = network.restricted(["rail"]).route("重庆市", "钦州市", by="time")
    handling = 2 * network.rates.per_handling("rail", "time")
    print(f"\nChongqing-Qinzhou by rail: {train.length_km:.0f} km, {train.hours:.0f} h with both terminals, "
          f"{train.hours - handling:.0f} h on the way (published: about two days)")  # fmt: skip
    south = network.restricted(["rail", "sea"]).route("重庆市", "新加坡", by="time")
    east = network.restricted(["river", "sea"]).route("重庆港", "新加坡", by="time")
    for name, way in (("by rail and Beibu Gulf", south), ("by barge and Shanghai", east)):
        legs = ", ".join(f"{leg.mode} to {leg.destination} {leg.hours / 24:.1f} d" for leg in way.legs)
        print(f"  to Singapore {name}: {way.hours / 24:.1f} days ({legs})")
    print(f"  saved: {(east.hours - south.hours) / 24:.1f} days (published: 20)")


def check_corridor(network: gt.FreightNetwork) -> None:
    counties = gt.boundaries("county")
    lonlat = points_of(counties, what="counties")
    regions = {
        "Northeast": (counties["region"] == "northeast").to_numpy(),
        "north of the Qinling": (lonlat[:, 1] > QINLING_NORTH) & (lonlat[:, 0] > 104) & (lonlat[:, 0] < 120),
        "重庆": (counties["province"] == "重庆市").to_numpy(),
        "贵州": (counties["province"] == "贵州省").to_numpy(),
        "广西": (counties["province"] == "广西壮族自治区").to_numpy(),
        "四川": (counties["province"] == "四川省").to_numpy(),
        "云南": (counties["province"] == "云南省").to_numpy(),
        "甘肃": (counties["province"] == "甘肃省").to_numpy(),
    }
    for hours in (False, True):
        benefit = gt.corridor_benefit(network, counties, hours=hours)
        unit = "h on the cheapest way" if hours else "yuan/t"
        print(f"\nbenefit of the corridor to Singapore ({unit}), median at low, mid, high rail rate; share > 0")
        for name, rows in regions.items():
            values = benefit.values[rows]
            share = 100 * np.nanmean(values > 0, axis=0)
            median = np.nanmedian(values, axis=0)
            print(f"  {name:<22} {median[0]:7.1f} {median[1]:7.1f} {median[2]:7.1f}   {share.round().astype(int)} %")
        known = ~np.isnan(benefit.values).any(axis=1)
        print(f"  sign differs between rates in {int((~benefit.agrees & known).sum())} of {known.sum()} counties")


def check_smelters(network: gt.FreightNetwork, folder: Path) -> None:
    counties = gt.boundaries("county").assign(zone=lambda c: c["adcode"])
    plants = gt.read_features(next(folder.glob("gcpt_*aluminium*.gpkg"))).to_crs("EPSG:4326")
    plants = plants[plants["Status"].str.lower().isin(STANDING)]
    joined = gpd.sjoin(counties[["zone", "geometry"]], plants[["geometry"]], predicate="contains")
    smelters = counties["zone"].isin(joined["zone"]).to_numpy()
    hubs = points_of(gt.layer_features("hubs"), what="hubs")
    points = points_of(counties, what="counties")
    distance = np.min([geodesic_km(np.broadcast_to(hub, points.shape), points) for hub in hubs], axis=0)
    print("\nsmelter counties: AUC of low freight (bootstrap 95 %)")
    for level in ("low", "mid", "high"):
        priced = network.priced(rates={"rail": level})
        freight = gt.product_freight(
            priced, counties, inputs=[(2.0, ALUMINA, "bulk")], markets=[(1.0, METAL, "container")]
        )
        known = np.isfinite(freight)
        print(f"  freight of aluminium, rail rate {level:<5} {with_interval(-freight[known], smelters[known])}")
    alone = {
        "alumina in": [(2.0, ALUMINA, "bulk")], "metal out": [(1.0, METAL, "container")],
    }  # fmt: skip
    for name, goods in alone.items():
        part = gt.product_freight(
            network,
            counties,
            inputs=goods if name == "alumina in" else [],
            markets=goods if name != "alumina in" else [],
        )
        print(f"  {name:<36} {auc(-part[known], smelters[known]):.3f}")
    print(f"  distance to the nearest of 54 hubs   {with_interval(-distance[known], smelters[known])}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--industry-data", type=Path)
    given = parser.parse_args()
    network = gt.freight_network()
    check_lengths()
    check_barge_and_train(network)
    check_times(network)
    check_corridor(network)
    if given.industry_data:
        check_smelters(network, given.industry_data)


if __name__ == "__main__":
    main()
