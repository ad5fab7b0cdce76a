import { expect, it } from "vitest";
import { toCsv } from "./csv.ts";

it("quotes what has to be quoted and leaves unknown values empty", () => {
  expect(toCsv([["a", 'say "hi"', 1.5, null, "x,y", "two\nlines"]])).toBe(
    '\uFEFFa,"say ""hi""",1.5,,"x,y","two\nlines"\r\n',
  );
});
it("keeps a spreadsheet from running what someone wrote", () => {
  expect(toCsv([["=1+1", "@cmd", "+15550100", "-3", "-x"]])).toBe("\uFEFF'=1+1,'@cmd,+15550100,-3,'-x\r\n");
});
