"""What several rooms of use cases need: workspace, desk, rights, seats, marks, deadlines, snapshots."""
