/* What a guide's page has besides the other pages' extras. */

import "./toc.js";
import "./passage.js";
import "./values.js";
import "./try.js";
