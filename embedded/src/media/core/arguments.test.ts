import { describe, expect, it } from "vitest";
import { expandVariables, isTrue, separateArguments, splitVariables, toInteger } from "./arguments.ts";

describe("arguments", () => {
  it("separate at blanks, many counting once", () => {
    expect(separateArguments("  a  b c ")).toEqual(["a", "b", "c"]);
    expect(separateArguments("")).toEqual([]);
  });

  it("keep quoted parts together and leave a regular expression's backslash alone", () => {
    expect(separateArguments("1 'a b' \\d+ it\\'s")).toEqual(["1", "a b", "\\d+", "it's"]);
    expect(separateArguments("a\\sb c")).toEqual(["a b", "c"]);
  });

  it("take another delimiter from ^^", () => {
    expect(separateArguments("^^|a|b c|d")).toEqual(["a", "b c", "d"]);
    expect(separateArguments("a!b!c", "!")).toEqual(["a", "b", "c"]);
  });

  it("leave the rest to the last of a limited number", () => {
    expect(separateArguments("uuid name a b c", " ", 3)).toEqual(["uuid", "name", "a b c"]);
  });

  it("know what is true and read numbers as C does", () => {
    expect(["true", "YES", "1", "on", "t"].map(isTrue)).toEqual([true, true, true, true, true]);
    expect([undefined, "", "no", "0", "tru"].map(isTrue)).toEqual([false, false, false, false, false]);
    expect([toInteger("12x"), toInteger("x"), toInteger(undefined), toInteger("-3")]).toEqual([12, 0, 0, -3]);
  });

  it("split leading variables off and expand others", () => {
    expect(splitVariables("{a=1,b='x,y'}file")).toEqual({
      variables: [
        ["a", "1"],
        ["b", "x,y"],
      ],
      rest: "file",
    });
    expect(splitVariables("file{a=1}")).toEqual({ variables: [], rest: "file{a=1}" });
    expect(expandVariables("${a}-${b}-$c", (name) => (name === "a" ? "1" : undefined))).toBe("1--$c");
  });
});
