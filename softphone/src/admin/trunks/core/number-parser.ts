export interface NumberParser {
  /** As dialed within the region, with its international prefix if the number is abroad; null: no such region. */
  national(number: string, region: string): string | null;
  isRegion(region: string): boolean;
}

/** Numbering plans weigh 80 kB, so they come when somebody needs an example. */
export async function loadNumberParser(): Promise<NumberParser> {
  const { isSupportedCountry, parsePhoneNumberFromString } = await import("libphonenumber-js");
  return {
    isRegion: (region) => isSupportedCountry(region),
    national: (number, region) => {
      if (!isSupportedCountry(region)) return null;
      const parsed = parsePhoneNumberFromString(number, region);
      if (parsed === undefined) return null;
      const isHome = parsed.country === region;
      const text = isHome ? parsed.formatNational() : parsed.format("IDD", { fromCountry: region });
      const digits = text.replace(/\D/g, "");
      return digits === "" ? null : digits;
    },
  };
}
