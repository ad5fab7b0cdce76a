import { expect, it } from "vitest";
import { fieldErrors } from "./field-errors.ts";

it("brings each problem to its field, the first one first", () => {
  const problems = [
    { path: "body.name", message: "a name is needed" },
    { path: "name", message: "second" },
    { path: "settings.wrapUpMs", message: "too long" },
  ];
  expect(fieldErrors(problems)).toEqual({ name: "a name is needed", "settings.wrapUpMs": "too long" });
});
