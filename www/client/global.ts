/** For a classic `<script>`: `langdu.Langdu`. */
import * as langdu from './langdu.js';

Object.assign(globalThis, { langdu });
