import fc from "fast-check";
import { z } from "zod";

type Schema = Record<string, unknown>;

/** Values that a zod type accepts (nearly: patterns are honoured, refinements are not), for fuzzing. */
export function valuesOf(type: z.ZodType, ids: readonly string[]): fc.Arbitrary<unknown> {
  const schema = z.toJSONSchema(type, { io: "input", unrepresentable: "any" }) as Schema;
  return build(schema, {
    ids,
    definitions: (schema["$defs"] as Record<string, Schema> | undefined) ?? {},
    depth: 0,
  });
}

interface Context {
  /** Ids of things that exist, to be met now and then. */
  ids: readonly string[];
  definitions: Record<string, Schema>;
  depth: number;
}

function build(schema: Schema, context: Context): fc.Arbitrary<unknown> {
  const deeper = { ...context, depth: context.depth + 1 };
  if (context.depth > 8) return fc.constant(null);
  if ("const" in schema) return fc.constant(schema["const"]);
  if (Array.isArray(schema["enum"])) return fc.constantFrom(...(schema["enum"] as unknown[]));
  const choices = (schema["anyOf"] ?? schema["oneOf"]) as Schema[] | undefined;
  if (choices !== undefined) return fc.oneof(...choices.map((each) => build(each, deeper)));
  if (typeof schema["$ref"] === "string") {
    const name = schema["$ref"].split("/").at(-1) ?? "";
    return build(context.definitions[name] ?? {}, deeper);
  }
  return buildTyped(schema, deeper);
}

function buildTyped(schema: Schema, context: Context): fc.Arbitrary<unknown> {
  switch (schema["type"]) {
    case "string":
      return buildString(schema, context);
    case "integer":
      return fc.integer({
        min: (schema["minimum"] as number) ?? -1000,
        max: Math.min((schema["maximum"] as number) ?? 1000, 2 ** 31 - 1),
      });
    case "number":
      return fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(1e300));
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(build((schema["items"] as Schema | undefined) ?? {}, context), {
        minLength: (schema["minItems"] as number) ?? 0,
        maxLength: Math.max(3, (schema["minItems"] as number) ?? 0),
      });
    case "object":
      return buildObject(schema, context);
    default:
      return fc.jsonValue();
  }
}

function buildString(schema: Schema, { ids }: Context): fc.Arbitrary<string> {
  if (schema["format"] === "uuid") return fc.oneof(fc.constantFrom(...ids), fc.uuid({ version: 4 }));
  if (typeof schema["pattern"] === "string" && !schema["pattern"].includes("(?"))
    return fc.stringMatching(new RegExp(schema["pattern"]));
  const minLength = (schema["minLength"] as number) ?? 0;
  return fc.string({
    minLength,
    maxLength: Math.min((schema["maxLength"] as number) ?? 40, minLength + 40),
    unit: "grapheme",
  });
}

function buildObject(schema: Schema, context: Context): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema["properties"] as Record<string, Schema> | undefined) ?? {});
  const shape = Object.fromEntries(properties.map(([name, each]) => [name, build(each, context)]));
  const known = fc.record(shape, { requiredKeys: (schema["required"] as string[] | undefined) ?? [] });
  const others = schema["additionalProperties"];
  if (typeof others !== "object" || others === null) return known;
  const key = build((schema["propertyNames"] as Schema | undefined) ?? { type: "string" }, context);
  return fc
    .tuple(
      known,
      fc.dictionary(key as fc.Arbitrary<string>, build(others as Schema, context), { maxKeys: 3 }),
    )
    .map(([some, more]) => ({ ...more, ...(some as object) }));
}

const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, -1, 1.5, 1e308, "", "\u0000", "\ud800", "x".repeat(50_000), [], {}, [[]], {
    __proto__: null,
  }),
  fc.string({ unit: "binary" }),
  fc.jsonValue(),
);

/** A good value with one part, anywhere in it, replaced by something else; or something else altogether. */
export function spoil(good: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(good, fc.nat(), junk).map(([value, at, bad]) => replacePart(value, at, bad)),
    },
    { weight: 1, arbitrary: junk },
    {
      weight: 1,
      arbitrary: fc
        .tuple(good, junk)
        .map(([value, bad]) => (isRecord(value) ? { ...value, unknown: bad } : bad)),
    },
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function replacePart(value: unknown, at: number, bad: unknown): unknown {
  const paths = pathsOf(value);
  const path = paths[at % paths.length] ?? [];
  return replaceAt(value, path, bad);
}

function pathsOf(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, each]) => pathsOf(each).map((path) => [key, ...path]))];
}

function replaceAt(value: unknown, path: readonly string[], bad: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return bad;
  if (Array.isArray(value))
    return value.map((each, index) => (String(index) === first ? replaceAt(each, rest, bad) : each));
  if (!isRecord(value)) return bad;
  return { ...value, [first]: replaceAt(value[first], rest, bad) };
}
