/* Everything here is an extra: the pages work without it. No library, no inline code. */

import "./copy.js";
import "./files.js";
import "./menu.js";
import "./search.js";
import "./shortcut.js";
import { enhance } from "./dom.js";

document.documentElement.classList.remove("no-js");
enhance(document);
/* Filters are folded where there is no room beside the results. */
const filters = document.querySelector("[data-filters]");
if (filters && matchMedia("(min-width: 64rem)").matches) filters.open = true;
