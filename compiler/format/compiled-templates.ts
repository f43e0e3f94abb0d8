import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type Handlebars from "handlebars";

/**
 * The templates that the build of Locusts has compiled into a file: to compile them anew would be a tenth of a check.
 *
 * @param helpers that they call, beside those of Handlebars
 */
export function loadTemplates<Name extends string>(
  file: URL,
  helpers: Readonly<Record<string, Handlebars.HelperDelegate>>,
): Readonly<Record<Name, HandlebarsTemplateDelegate>> {
  const require = createRequire(import.meta.url);
  const handlebars = (require("handlebars/runtime") as typeof Handlebars).create();
  handlebars.registerHelper(helpers);
  const compiled = require(fileURLToPath(file)) as Record<Name, TemplateSpecification>;
  const entries = Object.entries<TemplateSpecification>(compiled);
  return Object.fromEntries(entries.map(([name, template]) => [name, handlebars.template(template)])) as Record<
    Name,
    HandlebarsTemplateDelegate
  >;
}
