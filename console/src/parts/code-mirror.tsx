import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { python } from "@codemirror/lang-python";
import {
  bracketMatching,
  defaultHighlightStyle,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { linter, lintGutter } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useEffectEvent, useRef } from "react";
import { type Theme, useTheme } from "../shell/theme";
import type { CodeEditorProps } from "./code-editor";
import { javascript } from "./javascript";

const darkStyle = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "#c792ea" },
  { tag: [tags.string, tags.special(tags.string)], color: "#a5d6a7" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "#f7b77a" },
  { tag: [tags.comment, tags.docString], color: "#9aa5b4", fontStyle: "italic" },
  { tag: [tags.function(tags.variableName), tags.definition(tags.variableName)], color: "#82c4ff" },
  { tag: [tags.propertyName, tags.className, tags.typeName], color: "#8fd3e8" },
  { tag: [tags.self, tags.variableName], color: "#e6e9ee" },
]);

function look(theme: Theme): Extension {
  const dark = theme === "dark";
  return [
    syntaxHighlighting(dark ? darkStyle : defaultHighlightStyle, { fallback: true }),
    EditorView.theme(
      {
        "&": { backgroundColor: dark ? "#12171f" : "#ffffff", color: dark ? "#e6e9ee" : "#16191f" },
        "&.cm-focused": { outline: "2px solid #0972d3", outlineOffset: "1px" },
        ".cm-content": { fontFamily: "Menlo, Consolas, 'DejaVu Sans Mono', monospace", fontSize: "13px" },
        ".cm-gutters": {
          backgroundColor: dark ? "#171d27" : "#f6f7f9",
          color: dark ? "#9aa5b4" : "#5f6b7a",
          border: "none",
        },
        ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: dark ? "#1c2531" : "#eef4fb" },
        ".cm-cursor": { borderLeftColor: dark ? "#e6e9ee" : "#16191f" },
        "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
          backgroundColor: dark ? "#2d4a6d" : "#cfe3fb",
        },
      },
      { dark },
    ),
  ];
}

function language(name: CodeEditorProps["language"]): Extension {
  switch (name) {
    case "python":
      return [python(), indentUnit.of("    ")];
    case "javascript":
      return [javascript, indentUnit.of("  ")];
    case "json":
      return [json(), linter(emptyIsFine), lintGutter()];
    default:
      return [];
  }
}

const parse = jsonParseLinter();

function emptyIsFine(view: EditorView) {
  return view.state.doc.length === 0 ? [] : parse(view);
}

export default function CodeMirror(props: CodeEditorProps) {
  const { value, ariaLabel, minHeight = "120px", maxHeight = "60vh" } = props;
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const colours = useRef(new Compartment());
  const theme = useTheme();
  const changed = useEffectEvent((text: string) => props.onChange?.(text));
  const saved = useEffectEvent(() => {
    props.onSave?.();
    return props.onSave !== undefined;
  });
  const fixed = props.onChange === undefined;
  const first = useEffectEvent(() => ({ value, theme }));

  useEffect(() => {
    if (place.current === null) {
      return undefined;
    }
    const extensions = [
      lineNumbers(),
      foldGutter(),
      history(),
      drawSelection(),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      autocompletion(),
      highlightSelectionMatches(),
      keymap.of([
        { key: "Mod-s", run: () => saved(), preventDefault: true },
        ...closeBracketsKeymap,
        ...defaultKeymap,
        ...searchKeymap,
        ...historyKeymap,
        ...foldKeymap,
        ...completionKeymap,
        indentWithTab,
      ]),
      ...(fixed ? [] : [highlightActiveLine(), highlightActiveLineGutter()]),
      EditorState.readOnly.of(fixed),
      EditorView.contentAttributes.of({
        "aria-label": ariaLabel,
        tabindex: "0", // Editable content takes the focus anyway; this says so to tools that look for it.
        "aria-readonly": String(fixed),
      }),
      EditorView.theme({
        "&": { maxHeight },
        ".cm-content, .cm-gutter": { minHeight },
        ".cm-scroller": { overflow: "auto" },
      }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) {
          changed(update.state.doc.toString());
        }
      }),
      language(props.language),
      colours.current.of(look(first().theme)),
    ];
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({ doc: first().value, extensions }),
    });
    view.current = made;
    return () => made.destroy();
  }, [fixed, ariaLabel, props.language, minHeight, maxHeight]);

  useEffect(() => {
    view.current?.dispatch({ effects: colours.current.reconfigure(look(theme)) });
  }, [theme]);

  useEffect(() => {
    const shown = view.current?.state.doc.toString();
    if (view.current !== null && shown !== value) {
      view.current.dispatch({ changes: { from: 0, to: shown?.length ?? 0, insert: value } });
    }
  }, [value]);

  return <div ref={place} style={{ border: "1px solid #8c8c94", borderRadius: 8, overflow: "hidden" }} />;
}
