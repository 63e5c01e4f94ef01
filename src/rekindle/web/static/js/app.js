// The page works without this file; it adds freshness and keys.
import { keys } from "./keys.js";
import { live } from "./live.js";
import { forms } from "./forms.js";

live();
keys();
forms();
