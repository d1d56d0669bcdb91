"""Where the wind and the sun of China lie: our shares by region beside the published ones. Nothing is asserted.

    python scripts/check_published.py

Printed per region (share of the sum over regions): land; land x capacity factor; the same on land that the rules of the
built-in aluminium scenario leave; and what is published (technical potential of the West: wind 78 %, PV 88.4 %; a copy
whose year and method are not stated). Expected before looking: the West has about 70 % of the land, so area alone gives
that share, and terrain rules move it away from the published one (they take Western mountains); only a rule on crowding
or on cropland, which the East is full of, can bring it near. Without land cover none of ours is a technical potential.
"""

from __future__ import annotations

import pandas as pd

import geotransfer as gt
from geotransfer.spatial.windowed import zonal_resource_area

LAYERS = {"wind": ("wind-site-capacity-factor", "wind_density_mw_km2"),
          "PV": ("pv-capacity-factor", "pv_density_mw_km2")}  # fmt: skip
PUBLISHED = {("wind", "west"): 0.78, ("PV", "west"): 0.884}


def main() -> None:
    whole = gt.scenario("aluminium").model_copy(update={"within": ()})
    excluded = gt.run(whole).excluded
    allowed = gt.Raster(1.0 - excluded.values, excluded.grid)
    provinces = gt.boundaries("province").dropna(subset=["region"]).reset_index(drop=True)
    regions = provinces["region"]
    density = gt.layer_table("yield-assumptions").set_index("parameter")["value"]
    for name, (layer, key) in LAYERS.items():
        share = gt.align(gt.layer_raster(layer), excluded.grid, resampling="bilinear")
        land = zonal_resource_area(share, provinces, density_mw_km2=density[key])
        ours = zonal_resource_area(share, provinces, density_mw_km2=density[key], eligible=allowed)
        table = pd.DataFrame({
            "area": land["eligible_km2"].groupby(regions).sum(),
            "area x CF": land["resource_twh"].groupby(regions).sum(),
            "with our rules": ours["resource_twh"].groupby(regions).sum(),
        })  # fmt: skip
        shares = table / table.sum()
        shares["published"] = [PUBLISHED.get((name, region), float("nan")) for region in shares.index]
        print(f"\n{name}: share of each region, 31 provinces ({layer})")
        print(shares.map("{:.1%}".format).replace("nan%", "-").to_string())
        gw, twh = ours["resource_gw"].sum(), ours["resource_twh"].sum()
        print(f"on the land our rules leave: {gw / 1000:.1f} TW, {twh / 1000:.1f} PWh/a, a resource without land cover")


if __name__ == "__main__":
    main()
