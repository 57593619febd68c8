import type { ChartData, ChartDataset, ChartOptions } from "chart.js";
import { axisText, type ChartModel, drawn, type Look, valueText } from "./chartModel";
import { DASHES, STRIPED } from "./looks";
import type { Tokens } from "./tokens";

/** With more points than this, a line shows them only below the pointer. */
const POINTS = 31;
/** Longest name at an axis; the table has all of it. */
const NAME = 22;

type Kind = "line" | "bar";
type Values = (number | null)[];
/** The id tells Chart.js which series is which after a change. */
type Dataset<K extends Kind> = ChartDataset<K, Values> & { id: string };

export function lineData(model: ChartModel, tokens: Tokens): ChartData<"line", Values, string> {
  const few = model.labels.length <= POINTS;
  const datasets = drawn(model).map(
    ({ id, name, look, values }): Dataset<"line"> => ({
      id,
      label: name,
      data: values,
      borderColor: tokens[look],
      backgroundColor: tokens[look],
      borderWidth: look === "main" ? 2.5 : 1.75,
      borderDash: DASHES[look] ?? [],
      pointStyle: look === "second" ? "rectRot" : "circle",
      pointRadius: few && look !== "before" ? 3 : 0,
      pointHoverRadius: 5,
      pointHitRadius: 12,
      tension: 0.2,
      // The line of the period lies above the one that it is compared with.
      order: look === "before" ? 1 : 0,
    }),
  );
  return { labels: model.labels, datasets };
}

export function barData(model: ChartModel, tokens: Tokens): ChartData<"bar", Values, string> {
  const fill = (look: Look) => (STRIPED.includes(look) ? stripes(tokens[look], tokens.card) : tokens[look]);
  const datasets = drawn(model).map(
    ({ id, name, look, values }): Dataset<"bar"> => ({
      id,
      label: name,
      data: values,
      backgroundColor: model.looks ? model.looks.map(fill) : fill(look),
      borderColor: model.looks ? model.looks.map((one) => tokens[one]) : tokens[look],
      borderWidth: 1,
      borderRadius: 3,
      maxBarThickness: 22,
    }),
  );
  return { labels: model.labels, datasets };
}

/** Diagonal lines on paper, so that two series differ without their colours. */
function stripes(ink: string, paper: string): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = 8;
  tile.height = 8;
  const pen = tile.getContext("2d");
  if (!pen) return ink;
  pen.fillStyle = paper;
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = ink;
  pen.lineWidth = 2;
  pen.beginPath();
  for (const shift of [-4, 0, 4]) {
    pen.moveTo(shift, 8 - shift - 4);
    pen.lineTo(shift + 8, -shift - 4);
  }
  pen.stroke();
  return pen.createPattern(tile, "repeat") ?? ink;
}

function common(model: ChartModel) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: still ? (false as const) : { duration: 240 },
    interaction: { mode: "index", intersect: false, axis: model.kind === "lines" ? "x" : "y" } as const,
  };
}

function tooltip(model: ChartModel, tokens: Tokens) {
  const shown = drawn(model);
  return {
    backgroundColor: tokens.card,
    borderColor: tokens.strongLine,
    borderWidth: 1,
    titleColor: tokens.ink,
    bodyColor: tokens.ink,
    padding: 10,
    usePointStyle: true,
    callbacks: {
      label: ({ datasetIndex, dataIndex }: { datasetIndex: number; dataIndex: number }) => {
        const one = shown[datasetIndex];
        return one ? `${one.name}: ${valueText(one.values[dataIndex], one.unit, model.currency)}` : "";
      },
    },
  };
}

/** The axis of values. Pieces have no fractions. */
function values(model: ChartModel, tokens: Tokens) {
  const unit = drawn(model)[0]?.unit ?? "count";
  return {
    beginAtZero: true,
    border: { display: false },
    grid: { color: tokens.line },
    ticks: {
      color: tokens.soft,
      maxTicksLimit: 6,
      callback: (value: string | number) => axisText(Number(value), unit, model.currency),
      ...(unit === "count" && { precision: 0 }),
    },
  };
}

function names(model: ChartModel, tokens: Tokens) {
  const ticks = model.ticks ?? model.labels.map(shortened);
  return {
    border: { color: tokens.strongLine },
    grid: { display: false },
    ticks: {
      color: tokens.soft,
      maxRotation: 0,
      autoSkip: model.kind === "lines",
      autoSkipPadding: 16,
      callback: (_: string | number, index: number) => ticks[index] ?? "",
    },
  };
}

function shortened(name: string): string {
  return name.length > NAME ? `${name.slice(0, NAME - 1)}…` : name;
}

export function lineOptions(model: ChartModel, tokens: Tokens): ChartOptions<"line"> {
  return {
    ...common(model),
    plugins: { tooltip: tooltip(model, tokens) },
    scales: { x: names(model, tokens), y: values(model, tokens) },
  };
}

export function barOptions(model: ChartModel, tokens: Tokens): ChartOptions<"bar"> {
  return {
    ...common(model),
    indexAxis: "y",
    plugins: { tooltip: tooltip(model, tokens) },
    scales: { x: values(model, tokens), y: names(model, tokens) },
  };
}
