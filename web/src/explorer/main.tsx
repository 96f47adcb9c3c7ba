/** @jsxImportSource react */
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "@graphiql/plugin-explorer/style.css";
import "graphiql/graphiql.css";
import "./explorer.css";
import "./workers";
import { createRoot } from "react-dom/client";
import { Explorer } from "./Explorer";

createRoot(document.getElementById("app") as HTMLElement).render(<Explorer />);
