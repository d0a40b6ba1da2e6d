// Checks requests against their TypeBox schemas, and says what is wrong in words: which field, what it
// is, what it must be. The "must be" is the schema's own description, so that OpenAPI and errors agree.

import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { type OrderwrightError, orderwrightError } from "../../domain/errors.ts";

/** What a schema looks like when walked; TypeBox schemas are plain JSON Schema objects. */
interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

export type Validation = { readonly value: unknown } | { readonly error: OrderwrightError };

const SHOWN_LENGTH = 80;
const MAX_PROBLEMS = 10;

/** Compiles a check. Texts of queries and paths become the whole numbers and booleans that the schema asks for. */
export function compileValidator(schema: TSchema, part: string): (value: unknown) => Validation {
  const check = Compile(schema);
  const node = schema as SchemaNode;
  const isText = part === "querystring" || part === "params";
  return (given) => {
    const value = isText ? fromTexts(node, given) : given;
    if (check.Check(value)) return { value };
    return { error: malformed(problemsOf(node, value, check.Errors(value), part)) };
  };
}

function fromTexts(schema: SchemaNode, given: unknown): unknown {
  if (typeof given !== "object" || given === null) return given;
  const entries = Object.entries(given).map(([key, value]) => [key, fromText(schema.properties?.[key]?.type, value)]);
  return Object.fromEntries(entries);
}

function fromText(type: string | undefined, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (type === "integer" && /^\d{1,15}$/.test(value)) return Number(value);
  if (type === "boolean" && (value === "true" || value === "false")) return value === "true";
  return value;
}

/** Says one thing per field: its first error. */
function problemsOf(schema: SchemaNode, value: unknown, errors: readonly SchemaError[], part: string): FieldProblem[] {
  const problems = new Map<string, FieldProblem>();
  for (const error of errors) {
    for (const problem of describe(schema, value, error, part)) {
      if (!problems.has(problem.path)) problems.set(problem.path, problem);
    }
  }
  return [...problems.values()].slice(0, MAX_PROBLEMS);
}

function describe(schema: SchemaNode, value: unknown, error: SchemaError, part: string): FieldProblem[] {
  const steps = error.instancePath.split("/").slice(1).map(unescapePointer);
  if (error.keyword === "required") {
    const { requiredProperties } = error.params as { requiredProperties: readonly string[] };
    return requiredProperties.map((name) => {
      const path = pathOf([...steps, name], part);
      return { path, message: `${path} is missing; it must be ${expectation(schema, [...steps, name])}.` };
    });
  }
  if (error.keyword === "boolean") {
    const path = pathOf(steps, part);
    return [{ path, message: `${path} is not a known field.` }];
  }
  if (error.keyword === "additionalProperties") return [];
  const path = pathOf(steps, part);
  return [{ path, message: `${path} is ${shown(valueAt(value, steps))}; it must be ${expectation(schema, steps)}.` }];
}

function malformed(problems: readonly FieldProblem[]): OrderwrightError {
  return orderwrightError("request.malformed", problems.map((problem) => problem.message).join(" "), { problems });
}

function expectation(schema: SchemaNode, steps: readonly string[]): string {
  let node: SchemaNode | undefined = schema;
  for (const step of steps) node = node?.properties?.[step] ?? node?.items;
  return node?.description ?? (node?.type === undefined ? "as documented" : `of type ${node.type}`);
}

function pathOf(steps: readonly string[], part: string): string {
  if (steps.length === 0) return `the ${part}`;
  return steps.reduce((path, step) =>
    /^\d+$/.test(step) ? `${path}[${step}]` : path === "" ? step : `${path}.${step}`,
  );
}

function valueAt(value: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], value);
}

/** Never looks inside: what came may be nested deeper than a stack reaches. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return (JSON.stringify(value) ?? "missing").slice(0, SHOWN_LENGTH);
}

function unescapePointer(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}
