/**
 * Emergency numbers by region, as short as they are dialed. Sources: 3GPP TS 22.101 §10.1.1 (112 and 911 everywhere; the
 * list for a phone that knows no network), Directive (EU) 2018/1972 article 109 (112 in the Union), and the regulators'
 * national numbering plans as published by the ITU (Recommendation ITU-T E.129). RINGDOWN_EMERGENCY_NUMBERS adds to
 * them. A number that is missing here is a call like any other; one too many only lifts limits.
 */
const everywhere = ["112", "911"];

/** Where no region is configured: TS 22.101's list for a phone without a SIM, and 120. */
const unknownRegion = ["000", "08", "110", "118", "119", "120", "999"];

const byRegion: Readonly<Record<string, string>> = {
  AE: "997 998 999",
  AR: "100 101 107",
  AT: "122 133 140 144",
  AU: "000 106",
  BE: "100 101",
  BR: "190 192 193",
  CA: "",
  CH: "117 118 144 1414",
  CL: "131 132 133",
  CN: "110 119 120 122",
  CO: "123",
  CZ: "150 155 156 158",
  DE: "110",
  EG: "122 123 180",
  ES: "061 062 080 085 088 091 092",
  FR: "15 17 18 114 115 119 191 196",
  GB: "999",
  GR: "100 108 166 199",
  HK: "992 999",
  HU: "104 105 107",
  ID: "110 113 115 118 119",
  IE: "999",
  IL: "100 101 102",
  IN: "100 101 102 108",
  IT: "113 114 115 117 118 1530",
  JP: "110 118 119",
  KE: "999",
  KR: "113 119",
  LU: "113",
  MO: "999",
  MX: "",
  MY: "999",
  NG: "199",
  NO: "110 113 1412",
  NZ: "111",
  PH: "117",
  PL: "986 997 998 999",
  RU: "101 102 103 104",
  SA: "997 998 999",
  SG: "995 999",
  SK: "150 155 158",
  TH: "191 199 1669",
  TR: "110 155 156",
  TW: "110 119",
  UA: "101 102 103 104",
  US: "988",
  VN: "113 114 115",
  ZA: "10111 10177",
};

/** Whether these digits are an emergency number in one of the regions, or one of the house's own. */
export function isEmergencyNumber(
  digits: string,
  regions: readonly string[],
  more: readonly string[] = [],
): boolean {
  if (everywhere.includes(digits) || more.includes(digits)) return true;
  if (regions.length === 0) return unknownRegion.includes(digits);
  return regions.some((region) => (byRegion[region] ?? "").split(" ").includes(digits) && digits !== "");
}
