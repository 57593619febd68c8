import { BarElement, CategoryScale, Chart as ChartJs, LinearScale, LineElement, PointElement, Tooltip } from "chart.js";
import { useMemo } from "react";
import { Bar, Line } from "react-chartjs-2";
import { type ChartModel, summary } from "./chartModel";
import { barData, barOptions, lineData, lineOptions } from "./plotOptions";
import { useTokens } from "./tokens";

// The controllers of lines and bars come with their components.
ChartJs.register(BarElement, CategoryScale, LinearScale, LineElement, PointElement, Tooltip);
ChartJs.defaults.font.family = '"Inter Variable", system-ui, sans-serif';

type Props = { model: ChartModel };

/** Draws figures. The module is loaded when the first chart is shown; the table beside it says the same. */
export function Plot({ model }: Props) {
  return model.kind === "lines" ? <Lines model={model} /> : <Bars model={model} />;
}

function Lines({ model }: Props) {
  const tokens = useTokens();
  const data = useMemo(() => lineData(model, tokens), [model, tokens]);
  const options = useMemo(() => lineOptions(model, tokens), [model, tokens]);
  return <Line data={data} options={options} datasetIdKey="id" aria-label={summary(model)} />;
}

function Bars({ model }: Props) {
  const tokens = useTokens();
  const data = useMemo(() => barData(model, tokens), [model, tokens]);
  const options = useMemo(() => barOptions(model, tokens), [model, tokens]);
  return <Bar data={data} options={options} datasetIdKey="id" aria-label={summary(model)} />;
}
