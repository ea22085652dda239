/* Everything here is an extra: the pages work without it. No library, no inline code, nothing stored. */

import "./copy.js";
import "./files.js";
import "./menu.js";
import "./search.js";
import "./toc.js";
import { enhance } from "./dom.js";

document.documentElement.classList.remove("no-js");
enhance(document);
