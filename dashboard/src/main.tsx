// Starts the page: makes its parts and renders them.

import "./styles/base.css";
import "./styles/dialogs.css";
import "./styles/layout.css";
import "./styles/blotter.css";
import "./styles/panels.css";
import "./styles/queue.css";
import { render } from "preact";
import { App, AppContext } from "./app.ts";
import { Page } from "./components/page.tsx";

const root = document.getElementById("page");
if (root !== null) {
  const app = new App();
  app.start();
  render(
    <AppContext.Provider value={app}>
      <Page />
    </AppContext.Provider>,
    root,
  );
}
