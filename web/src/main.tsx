import "./style.css";
import { render } from "preact";
import { App } from "./App";
import { loadLabels } from "./graph/labels";
import { goLive } from "./graph/live";

loadLabels();
goLive();
render(<App />, document.getElementById("app") as HTMLElement);
