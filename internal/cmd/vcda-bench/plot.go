package main

import "time"

// plot draws what was measured, as SVG.
func (m *measurements) plot() string {
	var ourTime, floorTime, ourMemory, floorMemory []point
	for _, p := range m.plans {
		n := float64(p.n)
		ourTime, floorTime = append(ourTime, point{n, p.ours.wall.Seconds()}), append(floorTime, point{n, p.floor.wall.Seconds()})
		ourMemory, floorMemory = append(ourMemory, point{n, inMB(p.ours.memory)}), append(floorMemory, point{n, inMB(p.floor.memory)})
	}
	var ourDelay, secondDelay, allowed, ourPolls, secondPolls []point
	for _, w := range m.waits {
		t := w.task.Seconds()
		ourDelay, secondDelay = append(ourDelay, point{t, w.ours.delay.Seconds()}), append(secondDelay, point{t, w.second.delay.Seconds()})
		allowed = append(allowed, point{t, max(w.task/10, 250*time.Millisecond).Seconds()})
		ourPolls, secondPolls = append(ourPolls, point{t, float64(w.ours.polls)}), append(secondPolls, point{t, float64(w.second.polls)})
	}
	const provider, theFloor, second = "provider", "floor", "polls each second"
	return draw(
		chart{"Time of a plan, in seconds", "pairings", []series{{provider, ourTime}, {theFloor, floorTime}}},
		chart{"Memory of the provider in a plan, in MB", "pairings", []series{{provider, ourMemory}, {theFloor, floorMemory}}},
		chart{"How late the end of a task is noticed, in seconds", "length of the task in seconds", []series{{provider, ourDelay}, {second, secondDelay}, {"a tenth, or 0.25 s", allowed}}},
		chart{"Polls for one task", "length of the task in seconds", []series{{provider, ourPolls}, {second, secondPolls}}},
	)
}

func inMB(bytes int64) float64 { return float64(bytes) / 1e6 }
